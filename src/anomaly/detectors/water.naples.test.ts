import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dayMs, minuteMs } from '../local-hour.ts';
import { entity, flow, openWatch, say } from '../water/testing.ts';

const folder = process.env.BENCH_DATA;

/** Litres of each minute with water, epoch ms first. */
function minutes(file: string): [number, number][] {
  const [, ...rows] = readFileSync(file, 'utf8').trim().split('\n');
  return rows.map((row) => {
    const [t = '', litres = ''] = row.split(',');
    return [Date.parse(t.replace('Z', ':00Z')), Number(litres)];
  });
}

test.skipIf(!folder)('a real flat is disturbed less than once a month', () => {
  const used = minutes(join(folder!, 'water', 'naples-2019-minutes.csv'));
  const watch = openWatch({ entities: [flow, entity('sensor.clock')], zone: 'Europe/Rome' });
  const from = used[0]![0];
  const to = used.at(-1)![0];
  const litresAt = new Map(used);
  const told: string[] = [];
  let first = 0;
  let last = -1;
  for (let t = from; t <= to; t += minuteMs) {
    const litres = litresAt.get(t) ?? 0;
    const found = litres === last ? watch.tick(t) : watch.read(say(t, litres));
    last = litres;
    for (const one of found) {
      if (one.kind === 'raised' && t - from <= 28 * dayMs) first += 1;
      if (one.kind === 'raised' && t - from > 28 * dayMs) {
        told.push(`${new Date(one.since).toISOString()} ${one.severity} ${one.title}. ${one.text}`);
      }
    }
  }
  const months = (to - from - 28 * dayMs) / (30 * dayMs);
  console.info(
    `${first} in the first four weeks, then ${told.length} in ${months.toFixed(1)} months\n${told.join('\n')}`,
  );
  expect(told.length / months).toBeLessThan(1);
  expect(first).toBeLessThan(2);
});
