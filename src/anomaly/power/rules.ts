import type { DetectorContext } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { duration } from '@tomte/sdk/words';
import { type Around, awaySince } from '../around.ts';
import type { Suspicion } from '../episode.ts';
import { hourMs, minuteMs } from '../local-hour.ts';
import { budgetOf, patienceOf } from '../sooner.ts';
import { dailyLimits, highestOf, limitOf, middleOf, type TailOptions } from '../tail.ts';
import { partOf } from '../watch-parts.ts';
import { type PowerPart, roomNow, startsNow, steadyOf, stepsUnbroken, usualBase } from './part.ts';
import { type PowerSensor, powerSensors } from './sensors.ts';
import type { PowerSettings } from './settings.ts';

export interface PowerJudge {
  readonly sensor: (part: PowerPart) => PowerSensor;
  readonly settings: PowerSettings;
}
type Limit = (part: PowerPart['base'], o: TailOptions) => number | null;

/** Rules: `unbroken`, `base` and `steady` of the house, `on` and `cycles` of one thing. */
export function suspectPower(
  judge: PowerJudge,
): (part: PowerPart, at: number, around: Around) => Suspicion | null {
  const limit = dailyLimits();
  return (part, at, around) => {
    if (part.value === null) return null;
    if (judge.sensor(part).kind === 'house') return house(part, at, { ...judge, limit });
    return thing(part, around, { ...judge, limit });
  };
}

function house(part: PowerPart, at: number, o: PowerJudge & { limit: Limit }): Suspicion | null {
  const perMonth = budgetOf(o.settings.sooner);
  const patience = patienceOf(o.settings.sooner);
  const unbroken = part.unbrokenNow;
  const room = roomNow(part);
  if (unbroken !== null && room !== null) {
    const over = unbroken - room;
    const most = o.limit(part.unbroken, { perMonth, scaleMin: 60 });
    const least = o.settings.leftOnWatts * patience;
    if (most !== null && over >= Math.max(least, most) && !isBigMachine(part, over)) {
      const since = at - stepsUnbroken * 10 * minuteMs;
      return { rule: 'unbroken', since, size: over, severity: 'today' };
    }
  }
  return higher(part, at, o);
}

/** No socket bears more: what draws that is a car, a boiler or a sauna. */
const socketWatts = 3700;

/** A machine that was seen to draw as much on other days is one of the home's own, whenever it runs. */
function isBigMachine(part: PowerPart, over: number): boolean {
  const before = part.peaks ? highestOf(part.peaks) : null;
  return over > socketWatts && before !== null && before >= 0.9 * over;
}

/** The base load of a day, or what ten hours on end took beyond what such hours take anyway. */
function higher(part: PowerPart, at: number, o: PowerJudge & { limit: Limit }): Suspicion | null {
  const perMonth = budgetOf(o.settings.sooner);
  const usual = usualBase(part);
  if (usual === null) return null;
  const least = Math.max(o.settings.baseWatts * patienceOf(o.settings.sooner), 0.2 * usual);
  const base = part.baseNow === null ? null : part.baseNow - usual;
  const most = o.limit(part.base, { perMonth, scaleMin: 8 });
  if (base !== null && most !== null && base >= Math.max(least, most)) {
    return { rule: 'base', since: at - 24 * hourMs, size: base, severity: 'today' };
  }
  // Guests and a lazy Sunday take somewhat more for as long: those are no fault.
  const steady = steadyOf(part);
  const room = o.limit(part.steady, { perMonth, scaleMin: 8 });
  if (steady === null || room === null || steady < Math.max(1.4 * least, room)) return null;
  return { rule: 'steady', since: at - 10 * hourMs, size: steady, severity: 'today' };
}

function cycler(part: PowerPart, o: PowerJudge & { limit: Limit }): Suspicion | null {
  const starts = startsNow(part);
  const least = 5 * patienceOf(o.settings.sooner);
  if (starts < least) return null;
  const most = o.limit(part.cycles, { perMonth: budgetOf(o.settings.sooner), scaleMin: 0.5 });
  const usual = middleOf(part.cycles);
  if (most === null || usual === null || starts < Math.max(least, 2 * usual, most)) return null;
  return { rule: 'cycles', since: part.starts[0]!, size: starts, severity: 'today' };
}

function thing(
  part: PowerPart,
  around: Around,
  o: PowerJudge & { limit: Limit },
): Suspicion | null {
  if (o.sensor(part).kind === 'cycler') return cycler(part, o);
  if (!part.on) return null;
  const perMonth = budgetOf(o.settings.sooner);
  const patience = patienceOf(o.settings.sooner);
  const minutes = (part.on.until - part.on.since) / minuteMs;
  const longest = o.limit(part.minutes, { perMonth, scaleMin: 10 });
  // A thing that is never off for long is meant to be on.
  if (longest === null || (highestOf(part.minutes) ?? 0) > 20 * 60) return null;
  const watts = part.on.wattMs / Math.max(1, part.on.until - part.on.since);
  if (minutes < Math.max(o.settings.leftOnMinutes * patience, longest)) return null;
  const severity = watts >= 500 && awaySince(around.people) !== null ? 'now' : 'today';
  return { rule: 'on', since: part.on.since, size: minutes, severity };
}

/** The smallest thing that is told of one power sensor. */
export function smallestOfPower(
  entity: EntityInfo,
  o: Pick<DetectorContext<PowerSettings>, 'settings' | 'state' | 'entities'>,
): { text: string; days: number } {
  const { settings } = o;
  const kind = powerSensors(o.entities, settings.sensors).find(
    (s) => s.entity.id === entity.id,
  )?.kind;
  const part = partOf<PowerPart>(o.state, entity.id);
  const perMonth = budgetOf(settings.sooner);
  const patience = patienceOf(settings.sooner);
  const days = Math.max(part?.base.highs.length ?? 0, part?.minutes.highs.length ?? 0);
  if (kind === 'house') {
    const usual = (part && usualBase(part)) ?? 0;
    const rise = (part && limitOf(part.base, { perMonth, scaleMin: 8 })) ?? 0;
    const watts = Math.ceil(Math.max(settings.baseWatts * patience, 0.2 * usual, rise));
    return {
      text: `${watts} W more for a day, ${settings.leftOnWatts * patience} W for 2 h`,
      days,
    };
  }
  if (kind === 'cycler') {
    const usual = (part && middleOf(part.cycles)) ?? 0;
    return { text: `${Math.ceil(Math.max(5 * patience, 2 * usual))} starts in 2 h`, days };
  }
  const longest = (part && limitOf(part.minutes, { perMonth, scaleMin: 10 })) ?? 0;
  const minutes = Math.ceil(Math.max(settings.leftOnMinutes * patience, longest));
  return { text: `on for ${duration(minutes * minuteMs)}`, days };
}
