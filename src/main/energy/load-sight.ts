/** What a home shows of what can wait: whether it is on and draws power, and when it ran. */
import type { Slot } from '@tomte/sdk/energy';
import type { EntityState } from '@tomte/sdk/home';
import { isOn, minutesToLevel, type PlanLoad } from '@tomte/sdk/plan-load';
import type { Warmth } from '@tomte/sdk/plan-warmth';
import type { LoadSeen } from '../../energy/plan/home-loads.ts';
import { windowOf } from '../../energy/plan/load-window.ts';
import { minuteMs } from '../../energy/series.ts';
import { stateHistory } from '../../home/history.ts';
import type { HomeLife } from '../home-life.ts';
import { departuresOf } from './departures.ts';

/** Less than this, W, is standing by. */
const drawsW = 10;
/** These show what they do in `state`, and their set-point beside it. */
const bySetPoint = /^(climate|water_heater)\./;

/** By name of the load. Throws `home.call_*`, link.lost. */
export async function seeLoads(
  life: Pick<HomeLife, 'link' | 'zone'>,
  loads: readonly PlanLoad[],
  now: number,
): Promise<Map<string, LoadSeen>> {
  if (loads.length === 0) return new Map();
  const { link, zone } = life;
  const departures = await departuresOf(life, loads, now);
  const eventsOf = ({ departure }: PlanLoad) => departures.get(departure?.calendar ?? '') ?? null;
  // What was on for as long before its window as it runs is always on.
  const before = (load: PlanLoad) =>
    windowOf(load, { now, zone, events: eventsOf(load) }).window.start -
    (load.minutes + 15) * minuteMs;
  // What is kept warm is never done: when it ran is not asked.
  const jobs = loads.filter(({ keeps }) => !keeps);
  const from = Math.min(now, ...jobs.map(before));
  const entities = [...new Set(jobs.map(({ entity, meter }) => meter ?? entity))];
  const past =
    from < now ? await stateHistory(link.call, { entities, from }) : new Map<string, never[]>();
  return new Map(
    loads.map((load) => {
      const state = (id: string | null) => (id === null ? null : (link.mirror.entity(id) ?? null));
      const source = load.meter ?? load.entity;
      const wasOn = (one: string) => (load.meter ? Number(one) > drawsW : isOn(load, one) === true);
      const newest = state(source);
      const rows = [...(past.get(source) ?? []), ...(newest ? [newest] : [])];
      const watts = Number(state(load.meter)?.state ?? Number.NaN);
      return [
        load.name,
        {
          isOn: isOn(load, shownOf(state(load.entity))),
          isReady: load.ready === null || state(load.ready)?.state === 'on',
          leftMinutes: minutesToLevel(load, state(load.level?.entity ?? null)?.state),
          ...(load.departure?.calendar ? { events: eventsOf(load) } : {}),
          ...(load.keeps ? { warmth: warmthOf(load.keeps, state) } : {}),
          isDrawing: Number.isFinite(watts) ? watts > drawsW : null,
          ran: load.keeps ? [] : ranIn(rows, wasOn, now),
        },
      ];
    }),
  );
}

function shownOf(one: EntityState | null): string | null {
  if (one === null || !bySetPoint.test(one.entityId)) return one?.state ?? null;
  const { temperature } = one.attributes;
  return typeof temperature === 'number' ? String(temperature) : null;
}

function warmthOf(
  { sensor, outside }: Warmth,
  state: (id: string | null) => EntityState | null,
): NonNullable<LoadSeen['warmth']> | null {
  const nowC = degreesOf(state(sensor));
  return nowC === null ? null : { nowC, outsideC: degreesOf(state(outside)) };
}

/** °C; null where it tells none. */
function degreesOf(one: EntityState | null): number | null {
  const shown = one?.state.trim() ? Number(one.state) : Number.NaN;
  const isF = one?.attributes.unit_of_measurement === '°F';
  const degrees = isF ? ((shown - 32) * 5) / 9 : shown;
  // A thermometer that is broken often tells something far off.
  return degrees > -60 && degrees < 120 ? degrees : null;
}

/** A recorder is a moment behind: the newest state stands after what it holds. */
function ranIn(
  rows: readonly EntityState[],
  wasOn: (state: string) => boolean,
  now: number,
): Slot[] {
  const found: Slot[] = [];
  let since: number | null = null;
  for (const { state, lastChanged, lastUpdated } of rows) {
    const on = wasOn(state);
    if (on && since === null) since = Math.min(now, lastUpdated);
    // What went off is told by when it changed; a row that only repeats it comes later.
    if (!on && since !== null) {
      const end = Math.max(since, Math.min(now, lastChanged));
      found.push({ start: since, end });
      since = null;
    }
  }
  return since === null ? found : [...found, { start: since, end: now }];
}
