/** Faults on demand: each begins in the past, so that a newcomer finds it going on. */
import { Temporal } from 'temporal-polyfill';
import { live } from './furnish.ts';
import type { Fault, FaultName } from './house.ts';
import { livedChanges } from './lived.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;

export interface FaultOptions {
  /** When it began, other than the usual for this fault. */
  readonly minutesAgo?: number;
}

export function beginFault(world: World, name: FaultName, o: FaultOptions = {}): void {
  const fault = faultOf(world, name, o);
  world.house.begin(fault);
  tellAgain(world, fault.from);
}

export function endFault(world: World, name: FaultName): void {
  const now = world.clock.now();
  world.house.end(name, now);
  tellAgain(world, Math.floor(now / minuteMs) * minuteMs);
}

function faultOf(world: World, name: FaultName, o: FaultOptions): Fault {
  const now = world.clock.now();
  const since = (minutes: number) =>
    Math.floor(now / minuteMs - (o.minutesAgo ?? minutes)) * minuteMs;
  switch (name) {
    case 'leak':
      // By day, water that runs for less than an hour and a half may be somebody's garden.
      return { name, from: since(95), to: null };
    case 'burst':
      return { name, from: since(3), to: null };
    case 'freezer':
      return { name, from: since(300), to: null };
    case 'toilet': {
      const today = Temporal.Instant.fromEpochMilliseconds(now)
        .toZonedDateTimeISO(world.options.zone)
        .toPlainDate();
      const night = today.subtract({ days: 9 });
      const from = night.toZonedDateTime({
        timeZone: world.options.zone,
        plainTime: '02:00',
      }).epochMilliseconds;
      return { name, from, to: from + 180 * minuteMs };
    }
  }
}

/** What was lived through since then is recorded anew, and the present says what it should. */
function tellAgain(world: World, since: number): void {
  const { recorder, clock, house } = world;
  const now = clock.now();
  const from = Math.max(since, recorder.openedAt);
  for (const e of world.lived.values()) {
    if (world.held.has(e.id) || !world.states.get(e.id)) continue;
    if (from >= now) continue;
    const { attributes } = e;
    const rows = [...livedChanges(house, e, from, now)].map(([t, state]) => {
      const at = Math.max(t, from);
      return { at, changed: at, state, attributes };
    });
    recorder.rewrite(e.id, from, rows);
  }
  live(world);
}
