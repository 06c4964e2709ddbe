import type { Suspicion } from '../episode.ts';
import { hourMs, minuteMs } from '../local-hour.ts';
import { budgetOf, patienceOf } from '../sooner.ts';
import { dailyLimits, highestOf } from '../tail.ts';
import type { ColdPart, ColdUsual } from './part.ts';
import type { ColdKind } from './sensors.ts';
import type { ColdSettings } from './settings.ts';

export interface ColdJudge {
  readonly kind: (part: ColdPart) => ColdKind;
  readonly usual: (part: ColdPart) => ColdUsual | null;
  readonly settings: ColdSettings;
}

/** Degrees above the middle that count at all, and minutes above the top. */
export const least = {
  fridge: { warmer: 2, minutes: 40 },
  freezer: { warmer: 3, minutes: 50 },
} as const;
/** Before two days are known: any freezer and any fridge that works is below, °C. */
const unlearnedTop = { fridge: 9, freezer: -10 } as const;
const unlearnedMs = { fridge: 2 * hourMs, freezer: hourMs } as const;

/** Warmer than this food is lost soon, °C. */
const fridgeNow = 14;

/** Warmer, or warm for longer, than its defrosts and open doors ever made it. */
export function suspectCold(judge: ColdJudge): (part: ColdPart, at: number) => Suspicion | null {
  const limit = dailyLimits();
  const { settings } = judge;
  const perMonth = budgetOf(settings.sooner);
  const patience = patienceOf(settings.sooner);
  return (part, at) => {
    const { value, smooth } = part;
    if (value === null || smooth === null) return null;
    const kind = judge.kind(part);
    const usual = judge.usual(part);
    const severity = severityOf(kind, Math.min(value, smooth), settings);
    if (!usual) return plain(part, at, { kind, severity });
    if (!part.above) return null;
    const { since } = part.above;
    const warmer = smooth - usual.middle;
    const floor = least[kind];
    const found = (rule: string): Suspicion => ({ rule, since, size: warmer, severity });
    const room = limit(part.warmth, { perMonth, scaleMin: 0.4 });
    if (warmer >= Math.max(floor.warmer * patience, room ?? 2 * floor.warmer)) return found('warm');
    const minutes = (at - since) / minuteMs;
    const longest = limit(part.minutes, { perMonth, scaleMin: 8 });
    const material = warmer >= (kind === 'fridge' ? 1 : 0.6) * floor.warmer * patience;
    if (material && minutes >= Math.max(floor.minutes * patience, longest ?? 2 * floor.minutes)) {
      return found('long');
    }
    const tooWarm = kind === 'freezer' ? settings.freezerWarmest : settings.fridgeWarmest;
    const defrostMinutes = 1.5 * (highestOf(part.minutes) ?? 0);
    const ms = Math.max(kind === 'freezer' ? hourMs / 2 : hourMs, defrostMinutes * minuteMs);
    return smooth > tooWarm && at - since >= ms ? found('warm') : null;
  };
}

/** By plain rule, while nothing is known of this one. */
function plain(
  part: ColdPart,
  at: number,
  o: { kind: ColdKind; severity: Suspicion['severity'] },
): Suspicion | null {
  const top = unlearnedTop[o.kind];
  if (part.smooth! <= top) {
    part.above = null;
    return null;
  }
  part.above ??= { since: at, from: part.smooth! };
  // A freezer that was never cold is being filled, or is none.
  if (at - part.above.since < unlearnedMs[o.kind] || part.above.from > top + 2) return null;
  return { rule: 'plain', since: part.above.since, size: part.smooth! - top, severity: o.severity };
}

function severityOf(kind: ColdKind, value: number, settings: ColdSettings): Suspicion['severity'] {
  return value > (kind === 'freezer' ? settings.freezerWarmest : fridgeNow) ? 'now' : 'today';
}
