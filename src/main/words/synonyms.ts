/** Words for the same thing, as people of several countries say them; the first of a row stands for all. */
const rows = [
  'washer washingmachine waschmaschine wasmachine tvättmaskin vaskemaskin laundry washing',
  'dryer tumble tumbledryer trockner droger torktumlare tørketrommel',
  'dishwasher geschirrspüler spülmaschine vaatwasser diskmaskin oppvaskmaskin',
  'freezer gefriertruhe gefrierschrank tiefkühler vriezer frys fryser',
  'fridge refrigerator kühlschrank koelkast kylskåp kjøleskap',
  'boiler waterheater heater warmwasser varmvatten',
  'car ev wallbox charger auto bil',
  'tv television fernseher telly',
  'light lights lamp lamps licht lampe',
  'door doors tür haustür deur dörr dør',
  'window windows fenster raam fönster vindu',
  'leak leaks leaking flood flooded wet burst pipe',
  'water tap toilet cistern shower',
  'power electricity watt watts energy consumption bill standby',
  'cheap cheapest price prices tariff expensive spot',
  'battery batteries akku',
  'silent lost offline unavailable dead missing unreachable',
  'motion movement moves moving intruder burglar thief',
  'warm warms warmer hot thaw thawing defrost melt',
  'frost freeze freezing',
  'smoke fire gas carbon monoxide',
  'morning breakfast daily report summary',
  'unusual strange odd abnormal weird',
];

const firsts = new Map(
  rows.flatMap((row) => row.split(' ').map((word) => [word, row.split(' ')[0]!])),
);
const fold = (word: string): string => word.normalize('NFD').replace(/\p{M}/gu, '');
const folded = new Map([...firsts].map(([word, first]) => [fold(word), fold(first)]));

/** `lights` and `lamp` are `light`; a word that is in no row loses its ending. */
export function rootOf(word: string): string {
  const plain = fold(word.toLowerCase());
  return folded.get(plain) ?? folded.get(stem(plain)) ?? stem(plain);
}

const stem = (word: string): string =>
  word.length > 4 ? word.replace(/(?:ings?|ers?|ed|es|s)$/, '') : word;

/** Other words for a thing: what an entity may be called instead. */
export function otherWords(word: string): string[] {
  const first = folded.get(fold(word.toLowerCase()));
  return first === undefined
    ? [word]
    : [word, ...[...folded].filter(([, one]) => one === first).map(([other]) => other)];
}
