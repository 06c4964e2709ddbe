import { createInterface } from 'node:readline';
import { TomteError } from '@tomte/sdk/errors';
import { money } from '@tomte/sdk/money';
import type { ScheduleChoice } from '@tomte/sdk/types-choice';
import { type EnergyPlan, type HomePlanPage, pinKind } from '@tomte/sdk/types-plan';
import { type CliDeps, command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';

export default command({
  name: 'plan',
  about:
    'The plan that is followed, when what runs and why; --pin has something your way until it ends, --ways shows other ways and what they cost. With --load it plans other loads and switches nothing. With --jsonl it plans problems from standard input, opens nothing, knows no home.',
  usage:
    'tomte plan [--load NAME,WATTS,MINUTES[,DEADLINE]… | --pin NAME,WAY[,TIME] | --give-back NAME | --ways [--wish TEXT]] [--home HOME] | tomte plan --jsonl < problems.jsonl',
  options: {
    jsonl: { type: 'boolean', about: 'one problem a line, one plan a line' },
    home: { type: 'string', about: 'the home, where several are linked' },
    load: {
      type: 'string',
      multiple: true,
      about: 'what can wait, such as dishwasher,1200,90,2026-05-02T07:00:00Z; in one piece',
    },
    pin: {
      type: 'string',
      about:
        'your way: Car,now; Car,wait (not tonight); Car,leave (as it is); Car,by,TIME (done by then); Car,at,TIME',
    },
    ways: {
      type: 'boolean',
      about: 'other ways to run the same, each with its money, and the one that is chosen',
    },
    wish: { type: 'string', about: 'with --ways: what speaks for one, such as “we sleep lightly”' },
    'give-back': { type: 'string', about: 'what the plan is to have back' },
  },
  words: { min: 0, max: 0 },
  async run(context) {
    if (context.on('jsonl')) return byLine(context.deps);
    const loads = context.texts('load').map(readLoad);
    const { tomte } = await context.open();
    const home = (await oneHome(tomte, context.text('home'))).id;
    const wish = context.text('wish');
    if (context.on('ways')) {
      const asked = { ...(loads.length > 0 ? { loads } : {}), ...(wish ? { wish } : {}) };
      const found = await tomte.chooseSchedule({ home, ...asked });
      context.answer(found, wayLines(found));
      return 0;
    }
    const given = context.text('give-back');
    const pin = context.text('pin');
    if (loads.length === 0 || pin || given) {
      const page = given
        ? await tomte.pinLoad({ home, load: given, pin: null })
        : pin
          ? await tomte.pinLoad({ home, ...readPin(pin) })
          : await tomte.homePlan({ home });
      context.answer(page, pageLines(page));
      return 0;
    }
    const plan = await tomte.planEnergy({ home, loads });
    context.answer(plan, linesOf(plan));
    return 0;
  },
});

/** Each way with its money, and who chose which and why. */
const wayLines = ({ options, chosen, decidedBy, reason }: ScheduleChoice): string[] => [
  ...columns(
    options.map(({ id, title, text }) => [id === chosen ? 'chosen' : '', id, `${title}. ${text}`]),
  ),
  '',
  decidedBy === 'model' ? `Chosen by your model: ${reason}` : 'Chosen by the rule: the cheapest.',
];

async function byLine(deps: CliDeps): Promise<number> {
  const planner = await deps.planner();
  try {
    for await (const line of createInterface({ input: deps.input, crlfDelay: Infinity })) {
      const plan = await planner.line(line);
      if (plan !== null) deps.out(`${plan}\n`);
    }
  } finally {
    await planner.close();
  }
  return 0;
}

function readLoad(text: string) {
  const [id = '', watts, minutes, deadline] = text.split(',');
  const [powerW, length] = [Number(watts), Number(minutes)];
  if (!id || !(powerW >= 0) || !(length > 0)) {
    throw new TomteError('cli.usage', `Not understood: --load ${text}`, {
      hint: 'Name, watts and minutes, such as --load dishwasher,1200,90.',
    });
  }
  return { id, powerW, minutes: length, ...(deadline ? { deadline } : {}) };
}

function readPin(text: string) {
  const [load = '', way = '', at] = text.split(',').map((part) => part.trim());
  const kind = pinKind.safeParse(way);
  if (!load || !kind.success) {
    throw new TomteError('cli.usage', `Not understood: --pin ${text}`, {
      hint: 'Name and way, such as --pin Car,now or --pin Car,by,2026-05-02T14:00:00Z.',
    });
  }
  return { load, pin: { kind: kind.data, ...(at ? { at } : {}) } };
}

function pageLines(page: HomePlanPage): string[] {
  const { sentence, lines, notes, loads, mode } = page;
  const followed = {
    on: [],
    watch: ['Watch only: nothing is switched.'],
    off: ['Not followed: turn on the workflow follow-the-plan.'],
  };
  return [
    sentence,
    ...followed[mode],
    ...lines,
    ...notes,
    ...assumed(page.plan),
    ...columns(
      loads.map(({ name, pieces, text, pin }) => [
        name,
        pieces.map(({ start, end }) => `${minute(start)} to ${minute(end)}`).join(', '),
        pin?.text ?? text,
      ]),
    ),
  ];
}

const assumed = (plan: EnergyPlan | null): string[] =>
  plan?.pricesAssumedFrom
    ? [`Prices from ${minute(plan.pricesAssumedFrom)} on are those of a day before.`]
    : [];

function linesOf(plan: EnergyPlan): string[] {
  const { cost, costDoNothing, currency, reasons, bent } = plan;
  const saved = costDoNothing - cost;
  return [
    `Two days cost ${money(cost, currency)}, ${money(saved, currency)} less than doing nothing.`,
    ...reasons.map(({ text }) => text),
    ...bent.map(
      ({ limit, byW, byMinutes }) =>
        `Not held: ${limit}, by ${byW === undefined ? `${byMinutes} minutes` : `${byW} W`}.`,
    ),
    ...(plan.peak ? [plan.peak.text] : []),
    ...assumed(plan),
    ...(plan.batteryLeftOut ? [plan.batteryLeftOut] : []),
    ...columns(
      plan.slots
        .filter(({ loads, batteryMode }) => batteryMode !== 'self_consume' || sum(loads) > 0)
        .map((slot) => [
          minute(slot.start),
          `${slot.minutes} min`,
          slot.batteryMode.replace('_', ' '),
          Object.keys(slot.loads)
            .filter((id) => slot.loads[id]! > 0)
            .join(', '),
        ]),
    ),
  ];
}

const sum = (loads: Readonly<Record<string, number>>): number =>
  Object.values(loads).reduce((total, watts) => total + watts, 0);
