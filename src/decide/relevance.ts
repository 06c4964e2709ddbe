/** Which of a home's things a question is about: by the words of question, answers and facts, which code made. */
import type { DecideRequest } from '@tomte/sdk/decide';
import type { Thing } from './thing.ts';

/** Words of people, and the classes and domains that they speak of. */
const topics: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^(heat|warm|cold|cool|frost|freez|temperature|boiler|radiator|thermostat)/,
    /^(temperature|climate|water_heater)$/,
  ],
  [
    /^(power|energy|electric|consum|watt|kwh|bill|cheap|price|socket|plug|load)/,
    /^(power|energy|monetary)$/,
  ],
  [
    /^(solar|sun|panel|inverter|export|grid|battery|charge|car|ev)/,
    /^(power|energy|battery|energy_storage)$/,
  ],
  [
    /^(water|leak|tap|toilet|shower|valve|flow|irrigat|garden)/,
    /^(water|moisture|valve|volume_flow_rate|volume)$/,
  ],
  [
    /^(door|window|gate|garage|open|shut|lock|blind|curtain|shutter)/,
    /^(door|window|garage_door|opening|lock|cover|blind|shutter|curtain)$/,
  ],
  [/^(light|lamp|dark|bright)/, /^(light|illuminance)$/],
  [
    /^(humid|damp|mould|mold|air|co2|ventilat)/,
    /^(humidity|carbon_dioxide|volatile_organic_compounds|pm25|aqi|fan)$/,
  ],
  [
    /^(motion|mov|somebody|nobody|presence|occup|alarm|burglar)/,
    /^(motion|occupancy|presence|alarm_control_panel)$/,
  ],
  [/^(smoke|gas|fire|carbon)/, /^(smoke|gas|carbon_monoxide)$/],
];

/** Words that every question has. */
const common = new Set(
  'the and for what when which should this that are with now home house room from into than then there'.split(
    ' ',
  ),
);
const wordsMax = 80;

/** How much a question is about a thing: 0 for not at all; in the half steps of a thing's weight. */
export type Relevance = (thing: Thing) => number;

export function relevanceTo(request: DecideRequest): Relevance {
  const answers = 'options' in request ? request.options.map(({ text }) => text) : [];
  const text = [
    request.question,
    ...answers,
    JSON.stringify(request.facts ?? {}).slice(0, 2000),
  ].join(' ');
  const words = [...new Set(wordsOf(text))].slice(0, wordsMax);
  const classes = topics.flatMap(([said, about]) =>
    words.some((word) => said.test(word)) ? [about] : [],
  );
  const known = new Set(words);
  const hits = (said: readonly string[]) => {
    let n = 0;
    for (const word of said) if (known.has(word)) n++;
    return n;
  };
  const ofArea = remembered((area: string) => 4 * hits(wordsOf(area)));
  const ofWhat = remembered((what: string) => {
    const isTopic = classes.some((about) => about.test(what));
    return 4 * hits(wordsOf(what)) + (isTopic ? 6 : 0);
  });
  const groups = new Map<string, number>();
  return (thing) => {
    let found = groups.get(thing.group);
    if (found === undefined) {
      const { deviceClass, domain, area } = thing.info;
      found = ofWhat(deviceClass ?? domain) + ofArea(area ?? '');
      groups.set(thing.group, found);
    }
    // Names are many and hardly change: each is taken apart once.
    thing.nameWords ??= wordsOf(thing.info.name);
    return found + 4 * hits(thing.nameWords);
  };
}

function remembered(made: (text: string) => number): (text: string) => number {
  const before = new Map<string, number>();
  return (text) => {
    const found = before.get(text) ?? made(text);
    before.set(text, found);
    return found;
  };
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2 && !common.has(word));
