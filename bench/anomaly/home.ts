/**
 * Home-years with labelled faults and benign surprises: faults found by class, delay, and false alarms a
 * home-month, for Tomte at its default setting and for others. Development seeds are 1 to 20; fresh ones are
 * 701 to 704, and nothing may be tuned to them (201-204, 301-304, 401-404, 501-504 and 601-604 were read before).
 * Usage: node bin/tomte.js --node bench/anomaly/home.ts [--seeds 1,2] [--only NAME | --rivals] [--false] [--missed] [--write]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock as clock, iso } from '../../src/lib/clock.ts';
import { faultClasses } from './home/faults.ts';
import { ourDetectors, ours } from './home/ours.ts';
import { homeYear } from './home/readings.ts';
import { rivals } from './home/rivals.ts';
import { type MakeJudge, median, type Score, scoreHome } from './home/score.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '701,702,703,704' },
    only: { type: 'string' },
    rivals: { type: 'boolean', default: false },
    false: { type: 'boolean', default: false },
    missed: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const seeds = values.seeds.split(',').map(Number);
const all: Record<string, MakeJudge> = { tomte: ours(await ourDetectors()), ...rivals };
const chosen = Object.entries(all).filter(([name]) =>
  values.rivals ? name !== 'tomte' : !values.only || name === values.only,
);

const results: Record<string, unknown> = {};
for (const [name, make] of chosen) {
  const scores = seeds.map((seed) => {
    const score = scoreHome(homeYear(seed), make);
    const hits = score.found.filter((one) => one.minutes !== null).length;
    console.log(
      `${name}, home ${seed}: ${hits} of ${score.found.length}, ${score.falseAlarms.length} false`,
    );
    return score;
  });
  const result = summary(scores);
  results[name] = result;
  console.log(
    `${name}: recall ${result.recallPercent} %, ${result.falseAMonth} false a home-month, ${result.readingsPerSecond} readings/s`,
  );
  if (name !== 'tomte') continue;
  console.table(result.classes);
  console.log(result.falseByDetector);
  if (values.false)
    for (const [i, score] of scores.entries())
      for (const one of score.falseAlarms) console.log(seeds[i], iso(one.at), one.what);
  if (values.missed)
    for (const [i, score] of scores.entries())
      for (const one of score.found)
        if (one.minutes === null)
          console.log(
            seeds[i],
            JSON.stringify(one.fault),
            iso(homeYear(seeds[i]!).start + one.fault.from * 60_000),
          );
}
if (values.write) {
  const file = join(import.meta.dirname, '../results/anomaly-home.json');
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`;
  // Parts run one after the other on the same homes stand in one file.
  const before = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { seeds: number[]; results: object })
    : null;
  const others = before?.seeds.join() === seeds.join() ? before.results : {};
  const record = {
    date: iso(clock.now()).slice(0, 10),
    machine,
    seeds,
    results: { ...others, ...results },
  };
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
}

function summary(scores: readonly Score[]) {
  const months = scores.reduce((sum, one) => sum + one.months, 0);
  const found = scores.flatMap((one) => one.found);
  const hits = found.filter((one) => one.minutes !== null);
  const classes = Object.fromEntries(
    faultClasses.map((name) => {
      const of = found.filter((one) => one.name === name);
      const minutes = of.flatMap((one) => (one.minutes === null ? [] : [one.minutes]));
      return [name, { hits: minutes.length, of: of.length, medianMinutes: median(minutes) }];
    }),
  );
  const falseAlarms = scores.flatMap((one) => one.falseAlarms);
  const falseByDetector: Record<string, number> = {};
  for (const { what } of falseAlarms) {
    const kind = what.split(':')[0]!;
    falseByDetector[kind] = (falseByDetector[kind] ?? 0) + 1;
  }
  return {
    homeMonths: round(months),
    recallPercent: round((100 * hits.length) / found.length),
    falseAMonth: round(falseAlarms.length / months),
    classes,
    falseByDetector,
    readingsPerSecond: Math.round(
      scores.reduce((sum, one) => sum + one.readings, 0) /
        scores.reduce((sum, one) => sum + one.seconds, 0),
    ),
  };
}
function round(value: number): number {
  return Number(value.toPrecision(3));
}
