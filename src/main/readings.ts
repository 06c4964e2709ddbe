import type { Change, EntityInfo, EntityState, Reading } from '@tomte/sdk/home';

/** Entities whose readings are kept, beyond what detectors watch. A cap keeps a large home's disk small. */
const keptMax = 500;
const keptSensors = new Set([
  'water',
  'volume_flow_rate',
  'power',
  'energy',
  'gas',
  'temperature',
  'battery',
  'humidity',
]);
const keptBinary = new Set([
  'motion',
  'occupancy',
  'door',
  'window',
  'garage_door',
  'moisture',
  'smoke',
  'carbon_monoxide',
  'presence',
]);
const keptDomains = new Set(['person', 'switch', 'climate', 'water_heater']);

/** Which entities' readings go to the store: the watched first, then what charts and later parts need. */
export function keptEntities(
  infos: readonly EntityInfo[],
  watched: readonly string[],
): Set<string> {
  const kept = new Set(watched);
  for (const info of infos) {
    if (kept.size >= keptMax) break;
    const sensor = info.domain === 'sensor' && keptSensors.has(info.deviceClass ?? '');
    const binary = info.domain === 'binary_sensor' && keptBinary.has(info.deviceClass ?? '');
    if (sensor || binary || keptDomains.has(info.domain)) kept.add(info.id);
  }
  return kept;
}

const numberForm = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A state as a Reading: a number where it is one, Home Assistant's word otherwise. */
export function toReading(state: Pick<EntityState, 'entityId' | 'state'>, t: number): Reading {
  const number = numberForm.test(state.state) ? Number(state.state) : Number.NaN;
  return { t, id: state.entityId, v: Number.isFinite(number) ? number : state.state };
}

/** Readings of a batch of changes, only of entities that are kept; attribute-only changes are no readings. */
export function readingsOf(
  batch: readonly Change[],
  kept: ReadonlySet<string>,
): (Reading & { late: boolean })[] {
  const out: (Reading & { late: boolean })[] = [];
  for (const change of batch) {
    if (!kept.has(change.entityId)) continue;
    if (change.to && change.from && change.to.state === change.from.state && !change.late) continue;
    const state = change.to ?? { entityId: change.entityId, state: 'unavailable' };
    out.push({ ...toReading(state, change.at), late: change.late });
  }
  return out;
}
