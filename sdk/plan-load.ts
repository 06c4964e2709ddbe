/** What can wait, in one line each, as a person reads and types it. Pure. */
import type { Action } from './home.ts';
import { type Departure, departurePattern, readDeparture } from './plan-departure.ts';
import { readWarmth, type Warmth, warmthFault, warmthPattern } from './plan-warmth.ts';
import { clockPattern } from './wall-clock.ts';

export interface PlanLoad {
  /** Name, and what it is known by; one of a kind in a home. */
  readonly name: string;
  /** What is switched. */
  readonly entity: string;
  readonly powerW: number;
  /** How long it needs at that power. */
  readonly minutes: number;
  /** Wall times between which it is to run, each day. */
  readonly from: string;
  readonly by: string;
  /** It is kept warm in place of running for its minutes, which are then what “now” takes; null or absent where it is not. */
  readonly keeps?: Warmth | null;
  /** When it is to be done on days that are not like the others; null or absent where all are. */
  readonly departure?: Departure | null;
  /** In one piece: begun once, it is never cut. */
  readonly contiguous: boolean;
  /** What a number or select is set to; null for what knows on and off. */
  readonly on: string | null;
  readonly off: string | null;
  /** It stores, as a car does: charged to `percent` of `kWh`; what is lacking, not `minutes`, is planned while its level is known. */
  readonly level: {
    readonly entity: string;
    readonly percent: number;
    readonly kWh: number;
  } | null;
  /** Planned only while this is on: plugged in, loaded. */
  readonly ready: string | null;
  /** Its power, W: it runs while this shows so. */
  readonly meter: string | null;
  /** Its energy on the energy page, which is then no part of what the home uses anyway. */
  readonly energy: string | null;
  /** False: the home battery is not drained into it. */
  readonly fromBattery: boolean;
  /** What it does by itself: it is brought back to that when there is no plan. */
  readonly own: 'on' | 'off' | null;
}

const id = String.raw`[a-z0-9_]+\.[a-z0-9_]+`;
const word = String.raw`[^\s,]{1,60}`;
const switched =
  'switch|input_boolean|light|fan|number|input_number|select|input_select|climate|water_heater';
const level = String.raw`level (?<level>${id}) to (?<percent>\d{1,3}) % of (?<kWh>\d{1,3}(?:\.\d)?) kWh`;
/** `Car switch.wallbox 7400 W 180 min 18:00-07:00 by 06:30 Mon-Fri in pieces ready binary_sensor.plugged not from battery`. */
export const planLoadPattern = new RegExp(
  [
    String.raw`^(?<name>\S[^,]{0,58}?) (?<entity>(?:${switched})\.[a-z0-9_]+)`,
    `(?: set (?<on>${word}) or (?<off>${word}))?`,
    String.raw` (?<watts>\d{1,5}) W (?:${warmthPattern}|(?<minutes>\d{1,4}) min (?<from>${clockPattern})-(?<by>${clockPattern})`,
    `(?<departure>${departurePattern})?(?<pieces> in pieces)?(?: ${level})?)`,
    `(?: ready (?<ready>${id}))?(?: meter (?<meter>${id}))?(?: energy (?<energy>${id}))?`,
    '(?<apart> not from battery)?(?: else (?<own>on|off))?$',
  ].join(''),
);

const byValue = /^((input_)?(number|select)|climate|water_heater)\./;
/** A set-point of warmth, which is no switch for what only runs. */
const bySetPoint = /^(climate|water_heater)\./;

/** Null for what is no load. */
export function readPlanLoad(line: string): PlanLoad | null {
  const found = planLoadPattern.exec(line.trim())?.groups;
  return found && faultOf(found) === null ? loadOf(found) : null;
}

/** What is wrong with a line that reads as one; null where nothing is, or it does not read as one at all. */
export function planLoadFault(line: string): string | null {
  const found = planLoadPattern.exec(line.trim())?.groups;
  return found ? faultOf(found) : null;
}

/** For how long a person has it warmed “now”. */
const nowMinutes = 60;

type Found = Readonly<Record<string, string | undefined>>;

function faultOf(found: Found): string | null {
  const { entity, on, watts, minutes, departure } = found;
  if (minutes !== undefined && Number(minutes) === 0) return 'it runs for at least a minute';
  if (bySetPoint.test(entity!) && found.warm === undefined)
    return `${entity} keeps warm: say keeps, a sensor and from how many to how many °C`;
  if (byValue.test(entity!) && on === undefined)
    return `say what ${entity} is set to: set A or B, after it`;
  if (!byValue.test(entity!) && on !== undefined)
    return `${entity} is switched on and off, and takes no value`;
  if (found.warm !== undefined) return warmthFault(found);
  if (departure && readDeparture(departure) === null)
    return 'a weekday stands twice among those it is to be done by';
  if (found.level === undefined) return null;
  if (found.pieces === undefined) return 'what is charged by its level is charged: in pieces';
  if (Number(found.percent) > 100) return 'it is charged to no more than 100 %';
  if (Number(found.kWh) === 0) return 'say how many kWh it holds';
  return Number(watts) === 0 ? 'say with how many W it is charged' : null;
}

function loadOf(found: Found): PlanLoad {
  // What is kept warm is so all day.
  const { name, entity, on = null, off = null, from = '00:00', by = '00:00', departure } = found;
  const keeps = readWarmth(found);
  const { level: sensor, ready = null, meter = null, energy = null, own = null } = found;
  return {
    ...{ name: name!, entity: entity!, on, off, from, by, keeps },
    departure: departure ? readDeparture(departure) : null,
    ...{ powerW: Number(found.watts), minutes: Number(found.minutes ?? nowMinutes) },
    contiguous: keeps === null && found.pieces === undefined,
    level: sensor
      ? { entity: sensor, percent: Number(found.percent), kWh: Number(found.kWh) }
      : null,
    ...{ ready, meter, energy, fromBattery: found.apart === undefined },
    own: own as PlanLoad['own'],
  };
}

/** Null where it is neither, or not known. */
export function isOn(
  { keeps, on, off }: PlanLoad,
  state: string | null | undefined,
): boolean | null {
  // A set-point between the two, or beyond them, is the nearer one.
  if (keeps && on !== null) {
    const shown = state?.trim() ? Number(state) : Number.NaN;
    if (Number.isNaN(shown)) return null;
    return Math.abs(shown - Number(on)) < Math.abs(shown - Number(off));
  }
  const isLike = (value: string) =>
    state === value || (state?.trim() !== '' && Number(state) === Number(value));
  if (isLike(on ?? 'on')) return true;
  return isLike(off ?? 'off') ? false : null;
}

/** What is lost between the plug and what is stored. */
const stored = 0.9;

/** Minutes at its power until it is charged as it is to be, by what its sensor shows; null where that is not known. */
export function minutesToLevel(
  { level, powerW }: Pick<PlanLoad, 'level' | 'powerW'>,
  shown: string | null | undefined,
): number | null {
  if (!level || !shown?.trim()) return null;
  const now = Number(shown);
  if (!(now >= 0 && now <= 100)) return null;
  const wh = (Math.max(0, level.percent - now) / 100) * level.kWh * 1000;
  return (wh / (powerW * stored)) * 60;
}

export function switchLoad({ entity, on, off }: PlanLoad, want: 'on' | 'off'): Action {
  const domain = entity.slice(0, entity.indexOf('.'));
  const entities = [entity];
  const value = want === 'on' ? on : off;
  if (value === null) return { domain, action: `turn_${want}`, entities, data: {} };
  if (bySetPoint.test(entity))
    return { domain, action: 'set_temperature', entities, data: { temperature: Number(value) } };
  return domain.endsWith('number')
    ? { domain, action: 'set_value', entities, data: { value: Number(value) } }
    : { domain, action: 'select_option', entities, data: { option: value } };
}
