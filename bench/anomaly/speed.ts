/**
 * Readings a second through all detectors with about a hundred sensors that learn, in seconds of the
 * processor, and memory by detector as it is saved.
 * Usage: node bin/tomte.js --node bench/anomaly/speed.ts [--write]
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { EntityInfo, Reading } from '@tomte/sdk/home';
import { openStream } from '../../src/anomaly/stream.ts';
import { systemClock as clock, iso } from '../../src/lib/clock.ts';
import { ourDetectors } from './home/ours.ts';
import { homeYear } from './home/readings.ts';

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
const stream = openStream({
  detectors: await ourDetectors(),
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
const result = {
  sensors: entities.length,
  readings: readings.length - half,
  readingsPerSecond: Math.round((readings.length - half) / seconds),
  saved,
};
console.log(result);
if (process.argv.includes('--write')) {
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`;
  writeFileSync(
    join(import.meta.dirname, '../results/anomaly-speed.json'),
    `${JSON.stringify({ date: iso(clock.now()).slice(0, 10), machine, ...result }, null, 2)}\n`,
  );
}
