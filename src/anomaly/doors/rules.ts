import type { DetectorContext } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { duration } from '@tomte/sdk/words';
import { type Around, awaySince } from '../around.ts';
import type { Suspicion } from '../episode.ts';
import { minuteMs } from '../local-hour.ts';
import { budgetOf, patienceOf } from '../sooner.ts';
import { dailyLimits, limitOf } from '../tail.ts';
import { partOf } from '../watch-parts.ts';
import type { DoorPart } from './part.ts';
import { type DoorKind, doorSensors } from './sensors.ts';
import type { DoorSettings } from './settings.ts';

export interface DoorJudge {
  readonly kind: (part: DoorPart) => DoorKind;
  readonly settings: DoorSettings;
  /** Degrees outside, °C; null when not known. */
  readonly outside: (around: Around) => number | null;
}

/** Before a week is known, minutes. */
const unlearned: Record<DoorKind, number> = { door: 20, garage: 20, window: 360, fridge: 10 };
/** One step beyond what is usual, minutes. */
const scale: Record<DoorKind, number> = { door: 2, garage: 3, window: 20, fridge: 1 };
const awayMinutes = 10;
/** A sensor that cannot be heard for longer says nothing of its door. */
const unknownMsMax = 5 * minuteMs;

/** Open for longer than it ever is; or open with nobody home. */
export function suspectDoor(
  judge: DoorJudge,
): (part: DoorPart, at: number, around: Around) => Suspicion | null {
  const limit = dailyLimits();
  const { settings } = judge;
  const perMonth = budgetOf(settings.sooner);
  return (part, at, around) => {
    if (part.openSince === null) return null;
    if (part.unknownSince !== null && at - part.unknownSince > unknownMsMax) return null;
    const kind = judge.kind(part);
    const minutes = (at - part.openSince) / minuteMs;
    const away = awaySince(around.people);
    const nobody = away !== null && at - away >= awayMinutes * minuteMs;
    const outside = judge.outside(around);
    const urgent =
      kind !== 'fridge' && ((nobody && kind !== 'window') || (outside !== null && outside < 0));
    const severity = urgent ? 'now' : 'today';
    const found = (rule: string): Suspicion => ({
      rule,
      since: part.openSince!,
      size: minutes,
      severity,
    });
    const learned = limit(part.minutes, { perMonth, scaleMin: scale[kind] });
    const least = floorOf(kind, settings) * patienceOf(settings.sooner);
    if (minutes >= Math.max(least, learned ?? unlearned[kind])) return found('open');
    if (kind === 'window' || kind === 'fridge' || !nobody) return null;
    // Whoever lives there without a phone opens doors too: that is learned.
    const alone = (at - Math.max(away, part.openSince)) / minuteMs;
    const usually = limit(part.away, { perMonth, scaleMin: scale[kind] });
    return alone >= Math.max(awayMinutes, usually ?? 0) ? found('away') : null;
  };
}

const floorOf = (kind: DoorKind, settings: DoorSettings): number =>
  kind === 'window' ? settings.windowMinutes : kind === 'fridge' ? 5 : settings.doorMinutes;

/** The smallest thing that is told of one door. */
export function smallestOfDoor(
  entity: EntityInfo,
  { settings, state }: Pick<DetectorContext<DoorSettings>, 'settings' | 'state'>,
): { text: string; days: number } {
  const kind = doorSensors([entity], [entity.id])[0]?.kind ?? 'door';
  const part = partOf<DoorPart>(state, entity.id);
  const perMonth = budgetOf(settings.sooner);
  const learned = part && limitOf(part.minutes, { perMonth, scaleMin: scale[kind] });
  const least = floorOf(kind, settings) * patienceOf(settings.sooner);
  const minutes = Math.ceil(Math.max(least, learned ?? unlearned[kind]));
  const days = part?.minutes.highs.length ?? 0;
  return { text: `open for ${duration(minutes * minuteMs)}`, days };
}
