/** The energy of a home, read over its Link: what the energy page names, and the past of all of it. */
import type { HourRow } from '@tomte/sdk/home';
import { getPosition } from 'suncalc';
import { cleaned } from '../../energy/lint/clean.ts';
import { type Judged, judge, type LintAnswer, lint } from '../../energy/lint/lint.ts';
import type { Sensor, SensorFault } from '../../energy/lint/sensor.ts';
import { dayMs, hourMs } from '../../energy/series.ts';
import { type ByHour, type Hours, houseHours } from '../../energy/setup/house.ts';
import { type Prefs, readPrefs } from '../../energy/setup/prefs.ts';
import { type EnergySetup, type Meter, setupOf } from '../../energy/setup/setup.ts';
import {
  hourStatistics,
  listStatistics,
  type StatisticMeta,
  stateHistory,
} from '../../home/history.ts';
import type { Link } from '../../home/link.ts';
import type { Clock } from '../../lib/clock.ts';
import { openKept } from '../../lib/kept.ts';
import { withinLimit } from '../../lib/within-limit.ts';
import type { HomeLife } from '../home-life.ts';
import { readEnergyPage } from './energy-page.ts';

export const pastDays = 60;
/** Statistics of an hour are there some minutes after its end. */
const freshMs = 10 * 60_000;
const recentMs = 2 * hourMs;
const syncMs = 20_000;
const units = { energy: 'kWh', power: 'W', volume: 'm³' };

/** As it was read: nothing in it is judged yet. */
export interface Meters {
  readonly asOf: number;
  /** Null where the energy page is empty. */
  readonly prefs: Prefs | null;
  readonly setup: EnergySetup;
  readonly sensors: readonly Sensor[];
  readonly hours: Hours;
}

/** The energy of a home as sums may use it. */
export interface EnergyHome extends Meters {
  readonly faults: readonly SensorFault[];
  readonly judged: Judged;
  /** Scaled as a person said, without jumps. */
  readonly clean: Hours;
  readonly house: ByHour;
}

type Looked = Pick<HomeLife, 'home' | 'zone' | 'link' | 'ended'>;

export interface AllMeters {
  /** Read again where it is older than ten minutes; several who ask at a time wait for one reading. */
  of(life: Looked): Promise<Meters>;
  drop(home: string): void;
}

export function openMeters(clock: Clock): AllMeters {
  const kept = openKept<Meters>();
  return {
    of: (life) =>
      kept.of(life.home, {
        isFresh: ({ asOf }) => clock.now() - asOf < freshMs,
        async read(before) {
          await whenRead(life, clock);
          return readMeters(life, { now: clock.now(), before });
        },
      }),
    drop: kept.drop,
  };
}

/** Names and states come with the first reading of the home: what is made without them would be kept. */
async function whenRead({ link, ended }: Looked, clock: Clock): Promise<void> {
  const { kind, error } = link.state;
  if (kind !== 'syncing' && (kind !== 'connecting' || error)) return;
  await withinLimit(clock, { ms: syncMs, stopped: ended }, (signal) => link.ready(signal));
}

/** Throws `home.call_*`, `home.frame_invalid`, `link.lost`. */
async function readMeters(
  { link, ended }: Looked,
  o: { now: number; before: Meters | null },
): Promise<Meters> {
  const prefs = filled(await readEnergyPage(link.call));
  if (!prefs) {
    const nothing = { prefs: readPrefs({})!, nameOf: () => null, hours: new Map() };
    const read = { setup: setupOf(nothing), sensors: [], hours: new Map() };
    return { asOf: o.now, prefs: null, ...read };
  }
  const metas = new Map((await listStatistics(link.call)).map((meta) => [meta.id, meta]));
  const nameOf = (id: string) => link.mirror.info(id)?.name ?? metas.get(id)?.name ?? null;
  const named = setupOf({ prefs, nameOf, hours: new Map() }).meters;
  const ids = [...new Set(named.map(({ statistic }) => statistic))];
  const prices = prefs.imports.flatMap(({ price }) =>
    price.entity === null ? [] : [price.entity],
  );
  const known = [...ids, ...prices].filter((id) => metas.has(id));
  const hours = await readHours(link, known, { ...o, signal: ended });
  const setup = setupOf({ prefs, nameOf, hours });
  const doubtful = ids.filter((id) => !metas.has(id) && link.mirror.entity(id));
  const recorded = await recordedOf(link, doubtful, { now: o.now, signal: ended });
  const sensors = setup.meters.map((meter) =>
    sensorOf(meter, { link, meta: metas.get(meter.statistic), recorded, hours }),
  );
  return { asOf: o.now, prefs, setup, sensors, hours };
}

/** Null where nobody has filled it: Home Assistant answers `not_found`, or with an empty page. */
function filled(prefs: Prefs | null): Prefs | null {
  const { imports = [], solar = [], homes = [], devices = [] } = prefs ?? {};
  return [imports, solar, homes, devices].some(({ length }) => length > 0) ? prefs : null;
}

/** The past once, and from then on only what came. */
async function readHours(
  link: Link,
  ids: readonly string[],
  o: { now: number; before: Meters | null; signal: AbortSignal },
): Promise<Map<string, readonly HourRow[]>> {
  const to = Math.ceil(o.now / hourMs) * hourMs;
  const from = to - pastDays * dayMs;
  const before = o.before?.hours ?? new Map<string, readonly HourRow[]>();
  const since = Math.max(from, (o.before?.asOf ?? 0) - 3 * hourMs);
  const startOf = Math.floor(since / hourMs) * hourMs;
  const [old, fresh] = [ids.filter((id) => before.has(id)), ids.filter((id) => !before.has(id))];
  const read = (part: readonly string[], begin: number) =>
    part.length === 0
      ? new Map<string, HourRow[]>()
      : hourStatistics(link.call, { ids: part, from: begin, to, units, signal: o.signal });
  const [whole, newest] = await Promise.all([read(fresh, from), read(old, startOf)]);
  const found = new Map<string, readonly HourRow[]>(whole);
  for (const id of old) {
    const kept = before.get(id)!.filter(({ start }) => start >= from && start < startOf);
    found.set(id, [...kept, ...(newest.get(id) ?? [])]);
  }
  return found;
}

/** Whether the recorder has a word of those that have no statistics. */
async function recordedOf(
  link: Link,
  ids: readonly string[],
  o: { now: number; signal: AbortSignal },
): Promise<ReadonlyMap<string, boolean>> {
  if (ids.length === 0) return new Map();
  const window = { from: o.now - recentMs, to: o.now, signal: o.signal };
  const rows = await stateHistory(link.call, { entities: ids, ...window });
  return new Map(ids.map((id) => [id, (rows.get(id)?.length ?? 0) > 0]));
}

function sensorOf(
  meter: Meter,
  o: {
    link: Link;
    meta: StatisticMeta | undefined;
    recorded: ReadonlyMap<string, boolean>;
    hours: Hours;
  },
): Sensor {
  const { mirror } = o.link;
  const info = mirror.info(meter.statistic);
  const shown = mirror.entity(meter.statistic)?.state;
  const value = shown === undefined || shown.trim() === '' ? Number.NaN : Number(shown);
  return {
    ...meter,
    unit: info?.unit ?? o.meta?.unit ?? null,
    deviceClass: info?.deviceClass ?? null,
    stateClass: info?.stateClass ?? null,
    value: Number.isFinite(value) ? value : null,
    exists: info !== undefined || o.meta !== undefined,
    hasStatistics: o.meta !== undefined,
    isRecorded: o.recorded.get(meter.statistic) ?? null,
    hours: o.hours.get(meter.statistic) ?? [],
  };
}

/** The linter over what was read, and what is left to count with. Pure but for where the sun stands. */
export function judged(
  meters: Meters,
  o: {
    zone: string;
    place: { latitude: number; longitude: number } | null;
    answers: Readonly<Record<string, LintAnswer>>;
  },
): EnergyHome {
  const { setup, hours, sensors } = meters;
  const { place } = o;
  const faults = lint({
    ...{ sensors, zone: o.zone, now: meters.asOf },
    houseOf: (leftOut) => houseHours(setup, hours, leftOut),
    isNight: place
      ? (t) => getPosition(new Date(t), place.latitude, place.longitude).altitude < darkDegrees
      : null,
  });
  const verdict = judge(faults, o.answers);
  const meterIds = new Set(
    setup.meters.flatMap(({ role, statistic }) => (role === 'power' ? [] : [statistic])),
  );
  const clean = cleaned(hours, { meters: meterIds, factors: verdict.factors });
  const house = houseHours(setup, clean, verdict.blocked);
  return { ...meters, faults, judged: verdict, clean, house };
}

/** Six degrees below the horizon, the end of twilight. */
const darkDegrees = -6;
