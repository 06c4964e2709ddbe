/**
 * Real water of one flat, March to November 2019 (BENCH_DATA/water), with faults poured in: found, how soon,
 * and false alarms a month; from a flow sensor and from meters of 1 and 10 litres. The first 28 days teach.
 * Its figures were looked at while the water rules were written: development data, not a held-out result.
 * Usage: BENCH_DATA=… node bin/tomte.js --node bench/anomaly/water.ts [--seeds 1,2,3] [--write]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EntityInfo, Reading } from '@tomte/sdk/home';
import { systemClock as clock, iso } from '../../src/lib/clock.ts';
import { seeded } from '../../src/sim/random.ts';
import { between } from './home/calendar.ts';
import { ourDetectors, ours } from './home/ours.ts';
import { rivals } from './home/rivals.ts';
import { type Alarm, type MakeJudge, median } from './home/score.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    write: { type: 'boolean', default: false },
  },
});
const folder = process.env.BENCH_DATA;
if (!folder)
  throw new Error('Set BENCH_DATA to the folder that holds water/naples-2019-minutes.csv');

const minuteMs = 60_000;
const dayMinutes = 1440;
const learningDays = 28;
const zone = 'Europe/Rome';
const kinds = ['leak', 'drip', 'toilet', 'burst'] as const;
type Kind = (typeof kinds)[number];
interface Fault {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
  readonly lpm: number;
}

const rows = readFileSync(join(folder, 'water', 'naples-2019-minutes.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1);
const used = rows.map((row): [number, number] => {
  const [t = '', litres = ''] = row.split(',');
  return [Date.parse(t.replace('Z', ':00Z')) / minuteMs, Number(litres)];
});
const first = used[0]![0];
const length = used.at(-1)![0] - first + 1;
const plain = new Float32Array(length);
for (const [minute, litres] of used) plain[minute - first]! += litres;

/** Four of each kind, at least four days apart, on days that somebody lives there or not. */
function pourIn(seed: number): { faults: Fault[]; litres: Float32Array } {
  const random = seeded(seed * 31 + 5);
  const litres = plain.slice();
  const days = Math.floor(length / dayMinutes);
  const slots = Math.floor((days - learningDays - 4) / 16);
  const order = kinds.flatMap((kind) => [kind, kind, kind, kind]);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const faults = order.map((kind, i): Fault => {
    const day = learningDays + 1 + i * slots + Math.floor(random() * Math.max(1, slots - 4));
    const hour = kind === 'leak' ? between(random, 0, 2) : between(random, 0, 23);
    const from = Math.round(day * dayMinutes + hour * 60);
    const sizes: Record<Kind, [number, number]> = {
      leak: [between(random, 360, 720), between(random, 0.25, 0.4)],
      drip: [2880, between(random, 0.05, 0.08)],
      toilet: [between(random, 300, 720), between(random, 0.7, 2.2)],
      burst: [between(random, 20, 60), between(random, 16, 28)],
    };
    const [lasts, lpm] = sizes[kind];
    const fault = { kind, from, to: Math.round(from + lasts), lpm };
    for (let m = fault.from; m < fault.to; m++) {
      if (kind !== 'toilet' || from % 2 === 0 || m % 4 < 2) litres[m]! += lpm;
    }
    return fault;
  });
  return { faults, litres };
}

const entity = (
  part: Partial<EntityInfo> & Pick<EntityInfo, 'id' | 'name' | 'deviceClass' | 'unit'>,
): EntityInfo => ({
  domain: 'sensor',
  stateClass: 'measurement',
  area: null,
  device: null,
  labels: [],
  platform: null,
  ...part,
});
const clockSensor = entity({
  id: 'sensor.outdoor_temperature',
  name: 'Outside',
  deviceClass: 'temperature',
  unit: '°C',
});
const sensors = {
  flow: entity({
    id: 'sensor.flow',
    name: 'Water flow',
    deviceClass: 'volume_flow_rate',
    unit: 'L/min',
  }),
  meter1: entity({
    id: 'sensor.meter',
    name: 'Water',
    deviceClass: 'water',
    stateClass: 'total_increasing',
    unit: 'L',
  }),
  meter10: entity({
    id: 'sensor.meter',
    name: 'Water',
    deviceClass: 'water',
    stateClass: 'total_increasing',
    unit: 'L',
  }),
} as const;
type SensorKind = keyof typeof sensors;

/** What the sensor says when it changes; another sensor moves the clock every five minutes. */
function* readingsOf(kind: SensorKind, litres: Float32Array): Generator<Reading> {
  const step = kind === 'meter10' ? 10 : 1;
  let total = 100_000;
  let said = -1;
  for (let m = 0; m < length; m++) {
    const t = (first + m) * minuteMs;
    if (m % 5 === 0) yield { t, id: clockSensor.id, v: 10 + (m % 7) };
    total += litres[m]!;
    const v = kind === 'flow' ? Number(litres[m]!.toFixed(2)) : Math.floor(total / step) * step;
    if (v !== said) yield { t, id: sensors[kind].id, v };
    said = v;
  }
}

function run(make: MakeJudge, kind: SensorKind, seed: number) {
  const { faults, litres } = pourIn(seed);
  const judge = make({ entities: [sensors[kind], clockSensor], zone, seed });
  const alarms: Alarm[] = [];
  for (const reading of readingsOf(kind, litres)) alarms.push(...judge.read(reading));
  const found = new Map<Fault, number>();
  let wrong = 0;
  for (const { at, entities } of alarms) {
    if (!entities.includes(sensors[kind].id)) continue;
    const m = at / minuteMs - first;
    const fault = faults.find((one) => m >= one.from && m <= one.to + dayMinutes);
    if (!fault) wrong += m >= learningDays * dayMinutes ? 1 : 0;
    else if (m <= fault.to + 60 && !found.has(fault)) found.set(fault, m - fault.from);
  }
  return { faults, found, wrong };
}

const judges: Record<string, MakeJudge> = {
  tomte: ours(new Map([...(await ourDetectors())].filter(([name]) => name === 'water'))),
  'Phyn’s published rules': rivals['Phyn’s published rules']!,
  'Flume’s published rules': rivals['Flume’s published rules']!,
  'Home Assistant users’ rules': rivals['Home Assistant users’ rules']!,
};
const seeds = values.seeds.split(',').map(Number);
const months = (length / dayMinutes - learningDays) / 30;
const results: Record<string, unknown> = {};
for (const [name, make] of Object.entries(judges)) {
  for (const kind of Object.keys(sensors) as SensorKind[]) {
    if (name !== 'tomte' && kind !== 'flow') continue;
    const runs = seeds.map((seed) => run(make, kind, seed));
    const faults = runs.flatMap((one) =>
      one.faults.map((fault) => ({ fault, minutes: one.found.get(fault) ?? null })),
    );
    const hits = faults.filter((one) => one.minutes !== null);
    const byKind = Object.fromEntries(
      kinds.map((each) => {
        const minutes = hits.flatMap((one) => (one.fault.kind === each ? [one.minutes!] : []));
        return [
          each,
          `${minutes.length} of ${4 * seeds.length}, median ${median(minutes) ?? '–'} min`,
        ];
      }),
    );
    const result = {
      recallPercent: Number(((100 * hits.length) / faults.length).toFixed(1)),
      falseAMonth: Number(
        (runs.reduce((sum, one) => sum + one.wrong, 0) / seeds.length / months).toFixed(2),
      ),
      ...byKind,
    };
    results[`${name}, ${kind}`] = result;
    console.log(`${name}, ${kind}`, result);
  }
}
if (values.write) {
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`;
  const record = {
    date: iso(clock.now()).slice(0, 10),
    machine,
    seeds,
    months: Number(months.toFixed(1)),
    results,
  };
  writeFileSync(
    join(import.meta.dirname, '../results/anomaly-water.json'),
    `${JSON.stringify(record, null, 2)}\n`,
  );
}
