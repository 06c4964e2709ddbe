/**
 * The general detector on the Numenta Anomaly Benchmark (BENCH_DATA/nab), by its own scoring, written anew: one
 * score a point, one threshold for the whole corpus, first 15 % not scored, no look ahead. `full` sets the
 * threshold on the labels it is scored by, as the published table does; `held` sets it on one half of the files.
 * Usage: BENCH_DATA=… node bin/tomte.js --node bench/anomaly/nab.ts [--write]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { newScorer, scoreValue } from '../../src/anomaly/general/score.ts';
import { systemClock as clock, iso } from '../../src/lib/clock.ts';

const folder = join(process.env.BENCH_DATA ?? '', 'nab');
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const windows = JSON.parse(read('labels/combined_windows.json')) as Record<
  string,
  [string, string][]
>;
const split = JSON.parse(read('half-split.json')) as { dev: string[]; held: string[] };
const profiles = {
  standard: { fp: 0.11, fn: 1 },
  lowFalsePositives: { fp: 0.22, fn: 1 },
  lowFalseNegatives: { fp: 0.11, fn: 2 },
};
type Profile = { fp: number; fn: number };

interface Series {
  readonly name: string;
  readonly scores: Float64Array;
  /** First and last point of each window. */
  readonly spans: [number, number][];
  readonly probation: number;
}

/** After an alert as many points pass before the next: one oddity is told once. */
const silentPoints = 60;

function load(name: string): Series {
  const rows = read(`data/${name}`)
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(','));
  const times = rows.map(([t = '']) => t);
  const scorer = newScorer();
  const scores = new Float64Array(rows.length);
  let peak = 0;
  for (const [i, [t = '', v = '']] of rows.entries()) {
    const raw = scoreValue(scorer, Number(v), Number(t.slice(11, 13)));
    peak *= 0.5 ** (1 / silentPoints);
    scores[i] = raw > peak ? raw : 0;
    peak = Math.max(peak, raw);
  }
  const spans = (windows[name] ?? []).map(([from, to]): [number, number] => [
    times.findIndex((t) => t >= from.slice(0, 19)),
    times.findLastIndex((t) => t <= to.slice(0, 19)),
  ]);
  return { name, scores, spans, probation: Math.floor(0.15 * Math.min(rows.length, 5000)) };
}

const sigmoid = (x: number): number => (x > 3 ? -1 : 2 / (1 + Math.exp(5 * x)) - 1);

/** What each point would add, were it told: to its window, or as a false alarm. */
function worthOf({ spans, scores, probation }: Series): { window: number; worth: number }[] {
  let before: [number, number] | null = null;
  let next = 0;
  return Array.from(scores, (_, i) => {
    const span = spans[next];
    if (span && i >= span[0]) {
      const worth = sigmoid(-(span[1] - i + 1) / (span[1] - span[0] + 1)) / sigmoid(-1);
      const window = next;
      if (i === span[1]) {
        before = span;
        next += 1;
      }
      return { window, worth: i < probation ? 0 : worth };
    }
    const past = before ? (i - before[1]) / (before[1] - before[0]) : 4;
    return { window: -1, worth: i < probation ? 0 : sigmoid(past) };
  });
}
const worths = new Map<string, { window: number; worth: number }[]>();

function total(all: readonly Series[], threshold: number, profile: Profile): number {
  let sum = 0;
  let count = 0;
  for (const series of all) {
    const worth = worths.get(series.name)!;
    const best = series.spans.map(() => -profile.fn);
    for (let i = series.probation; i < series.scores.length; i++) {
      if (series.scores[i]! < threshold) continue;
      const { window, worth: value } = worth[i]!;
      if (window < 0) sum += value * profile.fp;
      else best[window] = Math.max(best[window]!, value);
    }
    for (const value of best) sum += value;
    count += series.spans.length;
  }
  return (100 * (sum + count * profile.fn)) / (count * (1 + profile.fn));
}

function best(all: readonly Series[], profile: Profile): { threshold: number; score: number } {
  let found = { threshold: Number.POSITIVE_INFINITY, score: 0 };
  for (let threshold = 0.5; threshold < 60; threshold *= 1.03) {
    const score = total(all, threshold, profile);
    if (score > found.score) found = { threshold, score };
  }
  return found;
}

const all = Object.keys(windows).sort().map(load);
for (const series of all) worths.set(series.name, worthOf(series));
const of = (names: readonly string[]) => all.filter((series) => names.includes(series.name));
const results = Object.fromEntries(
  Object.entries(profiles).map(([name, profile]) => {
    const dev = best(of(split.dev), profile);
    return [
      name,
      {
        full: Number(best(all, profile).score.toFixed(1)),
        dev: Number(dev.score.toFixed(1)),
        held: Number(total(of(split.held), dev.threshold, profile).toFixed(1)),
      },
    ];
  }),
);
console.table(results);
if (process.argv.includes('--write')) {
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`;
  const record = { date: iso(clock.now()).slice(0, 10), machine, series: all.length, results };
  writeFileSync(
    join(import.meta.dirname, '../results/anomaly-nab.json'),
    `${JSON.stringify(record, null, 2)}\n`,
  );
}
