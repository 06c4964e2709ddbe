/**
 * Readings a second through all detectors with about a hundred sensors that learn, in seconds of the
 * processor, and memory: by detector as it is saved, and on the heap a sensor. Beside it, in the same run and on
 * the same readings, river's HalfSpaceTrees, one model a sensor; left out, and said, where there is no Python.
 * Usage: node bin/tomte.js --node bench/anomaly/speed.ts [--write]
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EntityInfo, Reading } from '@tomte/sdk/home';
import { openStream } from '../../src/anomaly/stream.ts';
import { systemClock as clock, iso } from '../../src/lib/clock.ts';
import { ourDetectors } from './home/ours.ts';
import { homeYear } from './home/readings.ts';
import { riverOn } from './river.ts';

const copies = 5;
const days = 35;
const home = homeYear(2);
const own = (id: string): boolean =>
  /^(person|vacuum)\./.test(id) || id === 'sensor.outdoor_temperature';
const copy = (id: string, i: number): string => (own(id) ? id : `${id}_${i}`);
const entities = Array.from({ length: copies }, (_, i) =>
  home.entities
    .filter(({ id }) => i === 0 || !own(id))
    .map((e): EntityInfo => ({ ...e, id: copy(e.id, i), labels: ['tomte'] })),
).flat();

const readings: Reading[] = [];
for (const reading of home.readings()) {
  if (reading.t > home.start + days * 86_400_000) break;
  for (let i = 0; i < (own(reading.id) ? 1 : copies); i++)
    readings.push({ ...reading, id: copy(reading.id, i) });
}
const detectors = await ourDetectors();
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapKilobytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1024;
};
const heapBefore = heapKilobytes();
const stream = openStream({
  detectors,
  entities,
  zone: home.zone,
  states: {},
});
const half = Math.floor(readings.length / 2);
for (let i = 0; i < half; i++) stream.read([readings[i]!]);
const from = process.cpuUsage();
for (let i = half; i < readings.length; i++) stream.read([readings[i]!]);
const seconds = process.cpuUsage(from).user / 1e6;
const saved = Object.fromEntries(
  Object.entries(stream.save()).map(([name, state]) => [
    name,
    `${Math.round(JSON.stringify(state).length / 1024)} KB`,
  ]),
);
const heap = heapKilobytes() - heapBefore;
const perSecond = Math.round((readings.length - half) / seconds);
// Trees take as long for each reading: a fifth of them is enough.
const river = riverOn(readings.slice(half, half + Math.floor((readings.length - half) / 5)));
const result = {
  /** Of the machine, which others use too: ratios hold, single figures are a lower bound. */
  load: Number(loadavg()[0]!.toFixed(1)),
  sensors: entities.length,
  readings: readings.length - half,
  readingsPerSecond: perSecond,
  heapKilobytesASensor: Number((heap / entities.length).toFixed(1)),
  saved,
  river: river && {
    readings: river.readings,
    ...Object.fromEntries(
      Object.entries(river.trees).map(([name, one]) => [
        name,
        { ...one, tomteIsFaster: Number((perSecond / one.readingsPerSecond).toFixed(1)) },
      ]),
    ),
  },
};
console.log(result);
if (process.argv.includes('--write')) {
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`;
  writeFileSync(
    join(import.meta.dirname, '../results/anomaly-speed.json'),
    `${JSON.stringify({ date: iso(clock.now()).slice(0, 10), machine, ...result }, null, 2)}\n`,
  );
}
