import type { DetectorContext, Watch } from '@tomte/sdk/define';
import { type Around, type AroundSensors, aroundSensors, atHome, awaySince } from '../around.ts';
import { quantile } from '../baseline.ts';
import { nameOf } from '../fit.ts';
import { localHours, minuteMs } from '../local-hour.ts';
import { highestOf, noteHigh } from '../tail.ts';
import { watchParts } from '../watch-parts.ts';
import { type DoorPart, forgetOpening, hearDoor, newDoor } from './part.ts';
import { suspectDoor } from './rules.ts';
import { type DoorSensor, doorSensors } from './sensors.ts';
import type { DoorSettings } from './settings.ts';
import { type ToldDoor, wordDoor, wordDoorOver } from './words.ts';

const timesMin = 5;

/** What happens around doors: who is home, how cold it is outside and in their rooms. */
export const aroundDoors = (
  entities: DetectorContext<DoorSettings>['entities'],
  doors: readonly DoorSensor[],
): AroundSensors =>
  aroundSensors(
    entities,
    doors.flatMap((door) => (door.room ? [door.room] : [])),
  );

/** Watches the doors and windows of one home. */
export function watchDoors(context: DetectorContext<DoorSettings>): Watch {
  const { settings, entities, zone } = context;
  const doors = doorSensors(entities, settings.sensors);
  const sensors = new Map(doors.map((s) => [s.entity.id, s]));
  const local = localHours(zone);
  const sensorsAround = aroundDoors(entities, doors);
  const outside = (around: Around): number | null =>
    around.numbers[sensorsAround.outdoor?.id ?? '']?.v ?? null;
  const suspect = suspectDoor({ kind: (part) => sensors.get(part.id)!.kind, settings, outside });
  // Of the part whose clock was moved last: it is heard and judged before another's is.
  let frozen = false;

  return watchParts<DoorPart>({
    ids: [...sensors.keys()],
    around: sensorsAround,
    state: context.state,
    fresh: newDoor,
    rules: () => ({
      detector: 'doors',
      pass(part, to, isFrozen) {
        part.at = to;
        // A window that is told of and shut in the evening is a habit by its second time.
        frozen = isFrozen && sensors.get(part.id)!.kind !== 'window';
      },
      hear: (part, { v }) => hearDoor(part, v, { frozen, local }),
      suspect(part, at, around) {
        if (part.openSince !== null) noteOpen(part, around, { at, frozen, sensors, local });
        return suspect(part, at, around);
      },
      isOver: (part) => part.openSince === null,
      begin(part) {
        if (sensors.get(part.id)!.kind !== 'window') forgetOpening(part);
      },
      tell(part, { kind, episode, at, around }) {
        const sensor = sensors.get(part.id)!;
        const out = outside(around);
        const known = part.recent.length >= timesMin;
        const told: ToldDoor = {
          name: nameOf(sensor.entity),
          since: episode.since,
          now: at,
          zone,
          usualMinutes: known ? quantile(part.recent, 0.75) : null,
          longestMinutes: highestOf(part.minutes),
          outside:
            out === null ? null : { celsius: out, unit: sensorsAround.outdoor?.unit ?? null },
          room: roomLost(part, sensor, around),
          awaySince: awaySince(around.people),
          home: atHome(around, sensorsAround),
        };
        const worded = kind === 'cleared' ? wordDoorOver(told) : wordDoor(told);
        return { ...worded, probability: part.minutes.highs.length > 0 ? 0.85 : 0.6 };
      },
    }),
  });
}

/** While it stands open: the room's temperature at the beginning, and the time with everybody away. */
function noteOpen(
  part: DoorPart,
  around: Around,
  o: {
    at: number;
    frozen: boolean;
    sensors: ReadonlyMap<string, DoorSensor>;
    local: ReturnType<typeof localHours>;
  },
): void {
  part.roomFrom ??= around.numbers[o.sensors.get(part.id)!.room?.id ?? '']?.v ?? null;
  const away = awaySince(around.people);
  if (away === null || o.frozen) return;
  noteHigh(part.away, o.local(o.at).day, (o.at - Math.max(away, part.openSince!)) / minuteMs);
}

function roomLost(part: DoorPart, { room }: DoorSensor, around: Around): ToldDoor['room'] {
  const now = around.numbers[room?.id ?? '']?.v;
  if (!room || now === undefined || part.roomFrom === null) return null;
  return {
    name: `The ${(room.area ?? 'room').toLowerCase()}`,
    lost: part.roomFrom - now,
    unit: room.unit,
  };
}
