/**
 * Forecasts of a real house (BENCH_DATA/energy) for the next 24 hours, made anew each hour: pinball loss of the
 * middle and the 80 % band, against the mean of the last seven days drawn to what is so right now. Shapes were
 * chosen on March to June; July and August are only reported.
 *
 * Usage: BENCH_DATA=… node bin/tomte.js --node bench/forecast.ts [--write]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Forecast, Slot } from '@tomte/sdk/energy';
import { baselineForecast } from '../src/energy/forecast/baseline.ts';
import { loadForecast } from '../src/energy/forecast/load.ts';
import { scoreOf } from '../src/energy/forecast/score.ts';
import { solarForecast } from '../src/energy/forecast/solar.ts';
import { evenSlots, hourMs } from '../src/energy/series.ts';
import { keepResult } from './result.ts';

const folder = process.env.BENCH_DATA;
if (!folder) {
  throw new Error('Set BENCH_DATA to the folder that holds energy/house-fr-2024-03-to-08.csv');
}
const zone = 'Europe/Paris';
const stepMs = hourMs / 2;
const horizonMs = 24 * hourMs;
type Series = Map<number, number>;

async function readHouse(): Promise<{ load: Series; solar: Series; foreseen: Series }> {
  const text = await readFile(join(folder!, 'energy', 'house-fr-2024-03-to-08.csv'), 'utf8');
  const [load, solar, foreseen] = [new Map(), new Map(), new Map()] as [Series, Series, Series];
  for (const line of text.trim().split('\n').slice(1)) {
    const [time, ...watts] = line.split(',');
    const t = Date.parse(time!.replace(' ', 'T'));
    for (const [n, series] of [load, solar, foreseen].entries()) {
      if (watts[n] !== '') series.set(t, Number(watts[n]));
    }
  }
  return { load, solar, foreseen };
}

type Maker = (now: number, slots: readonly Slot[]) => Forecast;

/** The mean over all hours of the span, each slot counted once an hour before it. */
function lossOf(make: Maker, came: Series, span: Slot) {
  let loss = 0;
  let within = 0;
  let slots = 0;
  let off = 0;
  for (let now = span.start; now + horizonMs <= span.end; now += hourMs) {
    const forecast = make(now, evenSlots(now, now + horizonMs, stepMs));
    const score = scoreOf(forecast, came);
    loss += (score.loss ?? 0) * score.slots;
    within += (score.within ?? 0) * score.slots;
    slots += score.slots;
    for (const slot of forecast)
      off += Math.abs(slot.expected - (came.get(slot.start) ?? slot.expected));
  }
  const rounded = (value: number, digits: number) => Number((value / slots).toFixed(digits));
  return { lossW: rounded(loss, 1), offW: rounded(off, 1), within: rounded(within, 3), slots };
}

function compare(came: Series, span: Slot, makers: Readonly<Record<string, Maker>>) {
  const found = Object.fromEntries(
    Object.entries(makers).map(([name, make]) => [name, lossOf(make, came, span)]),
  );
  const base = found.baseline!.lossW;
  return Object.fromEntries(
    Object.entries(found).map(([name, score]) => [
      name,
      { ...score, lowerBy: `${(100 * (1 - score.lossW / base)).toFixed(1)} %` },
    ]),
  );
}

const { load, solar, foreseen } = await readHouse();
const spans: Readonly<Record<string, Slot>> = {
  'chosen on (April to June)': { start: Date.UTC(2024, 3, 1), end: Date.UTC(2024, 6, 1) },
  'reported (July and August)': { start: Date.UTC(2024, 6, 1), end: Date.UTC(2024, 8, 1) },
};
const figures: Record<string, object> = {};
for (const [name, span] of Object.entries(spans)) {
  const common = { stepMs };
  figures[name] = {
    load: compare(load, span, {
      baseline: (now, slots) => baselineForecast({ ...common, past: load, now, slots }),
      tomte: (now, slots) => loadForecast({ ...common, past: load, now, slots, zone }),
    }),
    solar: compare(solar, span, {
      baseline: (now, slots) => baselineForecast({ ...common, past: solar, now, slots }),
      asRecorded: (_now, slots) =>
        slots.map((slot) => {
          const expected = foreseen.get(slot.start) ?? 0;
          return { ...slot, expected, low: expected, high: expected };
        }),
      tomteWithoutService: (now, slots) =>
        solarForecast({ ...common, past: solar, now, slots, foreseen: new Map() }),
      tomte: (now, slots) => solarForecast({ ...common, past: solar, now, slots, foreseen }),
    }),
  };
}
const result = {
  house: 'EMHASS data, half hours, March to August 2024; times in Europe/Paris',
  horizonHours: 24,
  madeEachHours: 1,
  ...figures,
};
if (process.argv.includes('--write')) await keepResult('forecast', result);
else process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
