import { changes, faultOf, isEnergy, type LintInput, type Rule, type Sensor } from '../sensor.ts';

const leastHours = 24;

/** A number that has the wrong sign: power that is negative when energy comes in, a meter that runs backwards. */
const sign: Rule = {
  rule: 'sign',
  find: (input) => [
    ...input.sensors.flatMap((sensor) =>
      sensor.role === 'power'
        ? power(sensor, input.sensors)
        : isEnergy(sensor)
          ? meter(sensor)
          : [],
    ),
    ...swapped(input),
  ],
};
export default sign;

/** What a positive number of power means, by what its meter counts. */
const meanings: Readonly<Record<string, string>> = {
  import: 'buying',
  solar: 'making power',
  discharge: 'helping the house',
  device: 'using power',
};

function power(sensor: Sensor, sensors: readonly Sensor[]) {
  const of = sensors.find(({ statistic, role }) => statistic === sensor.of && role in meanings);
  if (!of) return [];
  const grown = new Map(changes(of).map(({ start, kWh }) => [start, kWh]));
  // An hour in which nearly all of it went one way.
  const telling = sensor.hours.flatMap(({ start, mean }) => {
    const kWh = grown.get(start) ?? 0;
    if (mean === null || kWh < 0.1) return [];
    const share = Math.abs(mean) / (kWh * 1000);
    return share > 0.6 && share < 1.6 ? [mean] : [];
  });
  const negative = telling.filter((mean) => mean < 0).length;
  if (telling.length < leastHours || negative < 0.9 * telling.length) return [];
  return [
    faultOf(sensor, {
      evidence: `It was negative in ${negative} of ${telling.length} hours in which ${of.name} counted.`,
      consequence: `For Tomte and for Home Assistant positive means ${meanings[of.role]}; this says the contrary.`,
      fix: 'On the energy page say that this power is inverted, or turn it around in a template.',
      factor: -1,
      answer: 'Turn it around',
    }),
  ];
}

function meter(sensor: Sensor) {
  const grown = changes(sensor).filter(({ kWh }) => kWh !== 0);
  const backwards = grown.filter(({ kWh }) => kWh < 0).length;
  if (grown.length < leastHours || backwards < 0.5 * grown.length) return [];
  return [
    faultOf(sensor, {
      evidence: `It ran backwards in ${backwards} of ${grown.length} hours in which it moved.`,
      consequence: 'What it counts would be taken away from the sums.',
      fix: 'Turn its sign around in a template, or choose the other one of the two sensors.',
      factor: -1,
      answer: 'Turn it around',
    }),
  ];
}

/** Where more goes out of the house than can have come in, two of its meters have changed places. */
function swapped({ sensors, house }: LintInput) {
  const out =
    sensors.find(({ role }) => role === 'export') ?? sensors.find(({ role }) => role === 'charge');
  if (!out || house.size < leastHours) return [];
  const below = [...house.values()].filter((kWh) => kWh < -0.05).length;
  if (below < 0.05 * house.size) return [];
  const what = out.role === 'export' ? 'bought and fed in' : 'into and out of the battery';
  return [
    faultOf(out, {
      evidence: `In ${below} of ${house.size} hours the home would have used less than nothing.`,
      consequence: 'What the home uses cannot be told from these meters.',
      fix: `On the energy page look whether ${what} have changed places.`,
    }),
  ];
}
