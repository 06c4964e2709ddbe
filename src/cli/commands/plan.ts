import { createInterface } from 'node:readline';
import { TomteError } from '@tomte/sdk/errors';
import { money } from '@tomte/sdk/money';
import type { EnergyPlan } from '@tomte/sdk/types-plan';
import { type CliDeps, command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';

export default command({
  name: 'plan',
  about:
    'The cheapest two days of a home with what can wait, and why; switches nothing. With --jsonl it plans problems from standard input, opens nothing, knows no home.',
  usage:
    'tomte plan [--load NAME,WATTS,MINUTES[,DEADLINE]…] [--home HOME] | tomte plan --jsonl < problems.jsonl',
  options: {
    jsonl: { type: 'boolean', about: 'one problem a line, one plan a line' },
    home: { type: 'string', about: 'the home, where several are linked' },
    load: {
      type: 'string',
      multiple: true,
      about: 'what can wait, such as dishwasher,1200,90,2026-05-02T07:00:00Z; in one piece',
    },
  },
  words: { min: 0, max: 0 },
  async run(context) {
    if (context.on('jsonl')) return byLine(context.deps);
    const loads = context.texts('load').map(readLoad);
    const { tomte } = await context.open();
    const home = (await oneHome(tomte, context.text('home'))).id;
    const plan = await tomte.planEnergy({ home, loads });
    context.answer(plan, linesOf(plan));
    return 0;
  },
});

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
    ...(plan.pricesAssumedFrom
      ? [`Prices from ${minute(plan.pricesAssumedFrom)} on are those of a day before.`]
      : []),
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
