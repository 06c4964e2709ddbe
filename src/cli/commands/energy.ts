import { TomteError } from '@tomte/sdk/errors';
import { money, moneyBand, pricePerKWh } from '@tomte/sdk/money';
import type { Tomte } from '@tomte/sdk/operations';
import type {
  EnergyLedgerPage,
  EnergyPricesPage,
  EnergySetupPage,
  WireSensorFault,
} from '@tomte/sdk/types-energy';
import { count } from '@tomte/sdk/words';
import { type Context, command } from '../command.ts';
import { kindLines } from '../kinds.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';
import { readSettings } from '../set.ts';

export default command({
  name: 'energy',
  about:
    'A home’s energy: what is known and whose word it is, faults of sensors, prices, forecasts, what was saved.',
  usage:
    'tomte energy [answer SENSOR RULE true|right|undo | prices | price PER_KWH | tariffs | tariff NAME|none --set KEY=VALUE… | peak PER_KW|none | forecast | story | ledger]',
  options: {
    home: { type: 'string', about: 'the home, where several are linked' },
    set: { type: 'string', multiple: true, about: 'a setting of the tariff, such as perKWh=0.32' },
    at: {
      type: 'string',
      about: 'with price: the time it is for, ISO; else the one that is asked',
    },
  },
  words: { min: 0, max: 4 },
  async run(context) {
    const { open, words, text } = context;
    const [verb = 'setup', ...rest] = words;
    const doing = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (!doing || rest.length !== doing.words) {
      throw new TomteError('cli.usage', `Not understood: tomte energy ${words.join(' ')}`, {
        hint: 'tomte energy --help shows what can be asked.',
      });
    }
    const { tomte } = await open();
    const home = (await oneHome(tomte, text('home'))).id;
    await doing.run(context, tomte, home, rest);
    return 0;
  },
});

interface Verb {
  /** How many words follow it. */
  readonly words: number;
  run(context: Context, tomte: Tomte, home: string, rest: readonly string[]): Promise<void>;
}

const answers: Readonly<Record<string, 'true' | 'right' | null>> = {
  true: 'true',
  right: 'right',
  undo: null,
};

const verbs: Readonly<Record<string, Verb>> = {
  setup: {
    words: 0,
    run: async (context, tomte, home) => showSetup(context, await tomte.energySetup({ home })),
  },
  answer: {
    words: 3,
    async run(context, tomte, home, [sensor, rule, said]) {
      const answer = answers[said!];
      if (answer === undefined) {
        throw new TomteError('cli.usage', `${said} is none of true, right and undo`);
      }
      const given = { home, sensor: sensor!, rule: rule!, answer };
      showSetup(context, await tomte.answerSensor(given));
    },
  },
  prices: {
    words: 0,
    run: async (context, tomte, home) => showPrices(context, await tomte.energyPrices({ home })),
  },
  price: {
    words: 1,
    async run(context, tomte, home, [said]) {
      const perKWh = Number(said);
      const at = context.text('at') ?? (await tomte.energyPrices({ home })).check?.at;
      if (!Number.isFinite(perKWh)) throw new TomteError('cli.usage', `${said} is no price`);
      if (at === undefined) throw new TomteError('energy.no_prices', 'No price is known yet');
      showPrices(context, await tomte.confirmPrice({ home, at, perKWh }));
    },
  },
  tariffs: {
    words: 0,
    async run({ answer }, tomte, home) {
      const kinds = await tomte.listTariffs({ home });
      const lines = kinds.flatMap(({ name, title, text, schema, fits }) => {
        const missing = fits ? '' : ' Not set up in this home.';
        return kindLines(`${name}: ${title}. ${text}${missing}`, schema);
      });
      answer(kinds, lines);
    },
  },
  tariff: {
    words: 1,
    async run(context, tomte, home, [name]) {
      const tariff = name === 'none' ? null : name!;
      const settings = readSettings(context.texts('set')) ?? {};
      showPrices(context, await tomte.setTariff({ home, tariff, settings }));
    },
  },
  peak: {
    words: 1,
    async run(context, tomte, home, [said]) {
      const perKw = Number(said);
      if (said !== 'none' && !(perKw > 0)) throw new TomteError('cli.usage', `${said} is no price`);
      const peak = said === 'none' ? null : { perKw };
      showPrices(context, await tomte.setPeak({ home, peak }));
    },
  },
  forecast: {
    words: 0,
    async run({ answer }, tomte, home) {
      const page = await tomte.energyForecast({ home });
      const sun = new Map(page.solar.map((slot) => [slot.start, slot]));
      const watts = (slot: { expected: number; low: number; high: number } | undefined) =>
        slot
          ? `${Math.round(slot.expected)} W (${Math.round(slot.low)}–${Math.round(slot.high)})`
          : '';
      const rows = page.load.map((slot) => [
        minute(slot.start),
        `uses ${watts(slot)}`,
        sun.has(slot.start) ? `sun ${watts(sun.get(slot.start))}` : '',
      ]);
      answer(page, [page.sentence, ...(page.proof ? [page.proof] : []), '', ...columns(rows)]);
    },
  },
  ledger: {
    words: 0,
    async run({ answer }, tomte, home) {
      const page = await tomte.energyLedger({ home });
      answer(page, ledgerLines(page));
    },
  },
  story: {
    words: 0,
    async run({ answer }, tomte, home) {
      const page = await tomte.energyStory({ home });
      const devices = page.devices.map(({ name, perDay }) => [
        name,
        `${perDay.toFixed(1)} kWh a day`,
      ]);
      const savings = page.savings.flatMap(({ title, text }) => [`${title}: ${text}`]);
      const told = page.told.decidedBy === 'model' ? [page.told.text, ''] : [];
      const lines = [
        ...told,
        page.sentence,
        ...page.lines,
        '',
        ...columns(devices),
        '',
        ...savings,
      ];
      answer(page, lines);
    },
  },
};

/** The sum, each device, each day on which something ran, and what could not be told. */
function ledgerLines(page: EnergyLedgerPage): string[] {
  const { currency } = page;
  const ran = ({ kind, runs }: { kind: 'device' | 'battery'; runs: number }) =>
    count(runs, kind === 'battery' ? 'day' : 'run');
  const devices = page.devices.map((one) => [
    one.name,
    `${money(one.saved, currency)} (${moneyBand(one.low, one.high)})`,
    ran(one),
    one.habit ?? '',
  ]);
  const days = page.days.flatMap(({ day, saved, text }) =>
    saved === null ? [] : [[day, money(saved, currency), text ?? '']],
  );
  const left = page.left.map((one) => `${one.name}, ${ran(one)}: ${one.why}`);
  const baseline = page.baseline ? [page.baseline] : [];
  return [page.sentence, ...baseline, '', ...columns(devices), '', ...columns(days), '', ...left];
}

function showSetup({ answer }: Context, page: EnergySetupPage): void {
  const figures = columns(page.figures.map(({ what, value, from }) => [what, value, from]));
  answer(page, [page.sentence, '', ...figures, '', ...page.faults.flatMap(fault)]);
}

const fault = (one: WireSensorFault): string[] => [
  `${one.leftOut ? 'out ' : 'note'}  ${one.name} (${one.sensor}, ${one.rule}): ${one.evidence}`,
  `      ${one.consequence} ${one.fix}`,
  ...(one.answered
    ? [`      You said: ${one.answered === 'right' ? 'it is right' : one.answer}.`]
    : one.leftOut && one.answer
      ? [`      ${one.answer}: tomte energy answer ${one.sensor} ${one.rule} true`]
      : []),
];

function showPrices({ answer }: Context, page: EnergyPricesPage): void {
  const { tariff, check, assumed, selling, peak, error, currency } = page;
  const rows = page.rates.map(({ start, buy, assumed: guessed }) => [
    minute(start),
    pricePerKWh(buy, currency),
    guessed ? 'assumed' : '',
  ]);
  const chosen = tariff
    ? `${tariff.title}, ${tariff.by === 'person' ? 'chosen' : 'found here'}`
    : '';
  const asked =
    check && !check.confirmed ? [`${check.text} If not: tomte energy price PER_KWH`] : [];
  const late = error && `Newer could not be had: ${error.message}`;
  const said = [chosen, assumed, selling, peak?.text, late];
  answer(page, [
    page.sentence,
    ...said.filter((line) => typeof line === 'string' && line !== ''),
    ...asked,
    '',
    ...columns(rows),
  ] as string[]);
}
