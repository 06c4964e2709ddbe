/** What can wait, in one line each, as a person reads and types it. Pure. */
import type { Action } from './home.ts';

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
const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d`;
const word = String.raw`[^\s,]{1,60}`;
/** `Car switch.wallbox 7400 W 180 min 18:00-07:00 in pieces ready binary_sensor.plugged not from battery`. */
export const planLoadPattern = new RegExp(
  String.raw`^(\S[^,]{0,58}?) ((?:switch|input_boolean|light|fan|number|input_number|select|input_select)\.[a-z0-9_]+)(?: set (${word}) or (${word}))? (\d{1,5}) W (\d{1,4}) min (${clock})-(${clock})( in pieces)?(?: level (${id}) to (\d{1,3}) % of (\d{1,3}(?:\.\d)?) kWh)?(?: ready (${id}))?(?: meter (${id}))?(?: energy (${id}))?( not from battery)?(?: else (on|off))?$`,
);

const byValue = /^(input_)?(number|select)\./;

/** Null for what is no load. */
export function readPlanLoad(line: string): PlanLoad | null {
  const found = planLoadPattern.exec(line.trim());
  if (!found) return null;
  const [, name, entity, on = null, off = null, watts, minutes, from, by, pieces, ...rest] = found;
  const [sensor, percent, kWh, ready = null, meter = null, energy = null, apart, own = null] = rest;
  const level = sensor ? { entity: sensor, percent: Number(percent), kWh: Number(kWh) } : null;
  // What is charged by its level is charged in pieces, from some power, to no more than full.
  if (level && (pieces === undefined || level.percent > 100 || level.kWh === 0)) return null;
  if (level && Number(watts) === 0) return null;
  // What holds a value needs to be told which, and what is switched needs none.
  if (byValue.test(entity!) !== (on !== null) || Number(minutes) === 0) return null;
  return {
    ...{ name: name!, entity: entity!, on, off, from: from!, by: by! },
    ...{ powerW: Number(watts), minutes: Number(minutes), contiguous: pieces === undefined },
    ...{
      level,
      ready,
      meter,
      energy,
      fromBattery: apart === undefined,
      own: own as PlanLoad['own'],
    },
  };
}

/** Null where it is neither, or not known. */
export function isOn({ on, off }: PlanLoad, state: string | null | undefined): boolean | null {
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
  return domain.endsWith('number')
    ? { domain, action: 'set_value', entities, data: { value: Number(value) } }
    : { domain, action: 'select_option', entities, data: { option: value } };
}
