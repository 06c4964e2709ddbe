import type { Finding, Past } from '@tomte/sdk/define';
import type { HourRow } from '@tomte/sdk/home';
import { iso } from '../../lib/clock.ts';
import { type Baseline, baselineOf } from '../baseline.ts';
import { hourMs, type LocalHour, localHours } from '../local-hour.ts';
import { nobodyKnown } from '../people.ts';
import { shownFor } from '../units.ts';
import type { Streak } from './hour-sum.ts';
import { isMaterial, nextStreak } from './hours.ts';
import { type WaterSensor, waterSensors } from './sensors.ts';
import { type Limits, limitsOf, type WaterSettings } from './settings.ts';
import type { WaterState } from './state.ts';
import { newTap } from './tap.ts';
import { wordPast } from './words-past.ts';

/** One hour of one sensor: litres in it, and the highest flow where the sensor tells. */
export interface WaterHour {
  readonly start: number;
  readonly at: LocalHour;
  readonly amount: number;
  readonly peak: number | null;
}

/** Litres of each hour that is known, in time order. */
export function waterHours(
  sensor: WaterSensor,
  rows: readonly HourRow[],
  local: (t: number) => LocalHour,
): WaterHour[] {
  return rows.flatMap(({ start, mean, max, change }) => {
    const measured = sensor.kind === 'flow' ? mean : change;
    // A meter that was reset shows a negative hour: that hour is not known.
    if (measured === null || measured < 0) return [];
    const amount = measured * sensor.factor * (sensor.kind === 'flow' ? 60 : 1);
    const peak = sensor.kind === 'flow' && max !== null ? max * sensor.factor : null;
    return [{ start, at: local(start), amount, peak }];
  });
}

/** The state to begin with: what is usual, learned from all hours but the unusual ones. */
export function learnWater(past: Past, settings: WaterSettings): WaterState {
  const taps = eachSensor(past, settings).map(({ sensor, hours }) => {
    const odd = streaksIn(hours, limitsOf(settings)).map((found) => found.streak);
    const ordinary = hours.filter((h) => !odd.some((s) => h.start >= s.since && h.start < s.until));
    return { ...newTap(sensor.id), baseline: baselineOf(ordinary) };
  });
  return { version: 1, taps, people: nobodyKnown(), machines: {}, episode: null, minute: 0 };
}

/** What would have been told of this past, in time order. Two sensors of the same water tell once. */
export function lookAtWater(past: Past, settings: WaterSettings): Finding[] {
  const found = eachSensor(past, settings).flatMap(({ sensor, hours }) =>
    streaksIn(hours, limitsOf(settings)).map((one) => ({ sensor, ...one })),
  );
  found.sort((a, b) => a.streak.since - b.streak.since);
  const told: Finding[] = [];
  let until = 0;
  for (const { sensor, streak, baseline, at } of found) {
    const last = told.at(-1);
    if (last && streak.since < until) {
      told[told.length - 1] = { ...last, entities: [...new Set([...last.entities, sensor.id])] };
      continue;
    }
    until = streak.until;
    told.push({
      kind: 'raised',
      episode: `water:${sensor.id}:${iso(streak.since)}`,
      detector: 'water',
      entities: [sensor.id],
      at: streak.until,
      since: streak.since,
      severity: 'today',
      probability: 0.8,
      ...wordPast(streak, { baseline, at, zone: past.zone, shown: shownFor(sensor.unit) }),
    });
  }
  // All of it is over: hours tell of a run only when it has ended.
  return told.flatMap((raised): Finding[] => [raised, { ...raised, kind: 'cleared' }]);
}

function eachSensor(past: Past, settings: WaterSettings) {
  const local = localHours(past.zone);
  return waterSensors(past.entities, settings.sensors).flatMap((sensor) => {
    const rows = past.hours.get(sensor.id);
    return rows && rows.length > 0 ? [{ sensor, hours: waterHours(sensor, rows, local) }] : [];
  });
}

interface FoundStreak {
  readonly streak: Streak;
  readonly baseline: Baseline;
  readonly at: LocalHour;
}

/** Unusual streaks. Each day is judged by what all the other days are like. */
function streaksIn(hours: readonly WaterHour[], limits: Limits): FoundStreak[] {
  const others = new Map<string, Baseline>();
  const baselineWithout = (day: string): Baseline => {
    const made = others.get(day) ?? baselineOf(hours.filter((hour) => hour.at.day !== day));
    others.set(day, made);
    return made;
  };
  const found: FoundStreak[] = [];
  let open: FoundStreak | null = null;
  const end = () => {
    if (open && isMaterial(open.streak, { ...open, limits })) found.push(open);
    open = null;
  };
  for (const { start, at, amount } of hours) {
    // Below the least that counts no baseline is needed: nearly all hours end here.
    if (amount < limits.hourLitresMin) {
      end();
      continue;
    }
    const baseline: Baseline = baselineWithout(at.day);
    const before: Streak | null = (open as FoundStreak | null)?.streak ?? null;
    if (before && start - before.until >= hourMs) end();
    const streak = nextStreak(before, { start, litres: amount }, { baseline, at, limits });
    if (streak) open = { streak, baseline, at };
    else end();
  }
  end();
  return found;
}
