/** What a change means to a state trigger. Pure: the same for a Run, a backtest and a test. */

import type { Change, EntityInfo, EntityState } from './home.ts';
import type { StateSpec } from './trigger.ts';

/**
 * `met`: it became what is waited for. `stays`: it was so before and is so still. `else`: it is not so,
 * and a wait that it stays so is over. `nothing`: the change does not concern it.
 */
export type Verdict = 'met' | 'stays' | 'else' | 'nothing';

/** True for the entities a trigger looks at: all given fields must fit. One without any field looks at none. */
export function isSelected(spec: StateSpec, info: EntityInfo): boolean {
  const { entity, area, label, domain, deviceClass } = spec;
  const named = entity ?? area ?? label ?? domain ?? deviceClass;
  if (named === undefined) return false;
  if (entity !== undefined && !among(entity, info.id)) return false;
  if (area !== undefined && !sameName(area, info.area)) return false;
  if (label !== undefined && !info.labels.some((one) => sameName(label, one))) return false;
  if (domain !== undefined && domain !== info.domain) return false;
  return deviceClass === undefined || deviceClass === info.deviceClass;
}

/**
 * What the change means. Only between two real states is there a change: an entity that appears or goes
 * has become nothing, and what a restart puts back is filtered before (`home/noise.ts`).
 */
export function judge(spec: StateSpec, change: Pick<Change, 'from' | 'to'>): Verdict {
  if (change.to === null) return 'else';
  if (change.from === null) return 'nothing';
  const from = valueIn(spec, change.from);
  const to = valueIn(spec, change.to);
  if (from === to) return 'nothing';
  const is = fits(spec, to);
  if (!is) return 'else';
  if (spec.from !== undefined && !(from !== null && among(spec.from, from))) {
    // It goes on being so, as from 21 to 22 with above 20; any other way in is not what was asked.
    return hasTarget(spec) && fits(spec, from) ? 'stays' : 'else';
  }
  if (isNumeric(spec) && fits(spec, from)) return 'stays';
  if (spec.for !== undefined && spec.to !== undefined && fits(spec, from)) return 'stays';
  return 'met';
}

/** The state, or the attribute, as text; null where there is no such attribute. */
export function valueIn(spec: StateSpec, state: EntityState): string | null {
  if (spec.attribute === undefined) return state.state;
  const value = state.attributes[spec.attribute];
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** True while this value is what the trigger waits for, however it came to be. */
export function fits(spec: StateSpec, value: string | null): boolean {
  if (spec.to !== undefined && !(value !== null && among(spec.to, value))) return false;
  if (!isNumeric(spec)) return true;
  const number = value === null || value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) return false;
  if (spec.above !== undefined && !(number > spec.above)) return false;
  return spec.below === undefined || number < spec.below;
}

/** Why the unit of a spec is not that of an entity, in words; null when it is, or none was named. */
export function unitFault(spec: StateSpec, info: EntityInfo): string | null {
  if (spec.unit === undefined || spec.attribute !== undefined || spec.unit === info.unit)
    return null;
  return `${info.id} is in ${info.unit ?? 'no unit'}, and the trigger says ${spec.unit}`;
}

const isNumeric = (spec: StateSpec) => spec.above !== undefined || spec.below !== undefined;
const hasTarget = (spec: StateSpec) => spec.to !== undefined || isNumeric(spec);
const among = (wanted: string | readonly string[], value: string): boolean =>
  typeof wanted === 'string' ? wanted === value : wanted.includes(value);
/** Areas and labels by the name people gave them, or by Home Assistant's id made of it. */
const sameName = (wanted: string, name: string | null): boolean =>
  name !== null && (wanted === name || slug(wanted) === slug(name));
const slug = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_');
