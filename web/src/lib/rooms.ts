/** Entities room by room, as people look for them. Pure. */
import type { EntityRow } from '@tomte/sdk/types';

export interface Room {
  readonly name: string;
  readonly floor: string | null;
  readonly entities: readonly EntityRow[];
}

/** Rooms by floor and name; entities without a room come last. */
export function rooms(entities: readonly EntityRow[], search: string): Room[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (e: EntityRow) => {
    const text = `${e.name} ${e.id} ${e.area ?? ''} ${e.device ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const byRoom = Map.groupBy(entities.filter(fits), (e) => e.area ?? '');
  return [...byRoom]
    .map(([name, list]) => ({
      name: name || 'No room',
      floor: list[0]?.floor ?? null,
      entities: list.toSorted((a, b) => a.name.localeCompare(b.name)),
    }))
    .toSorted(
      (a, b) =>
        Number(a.name === 'No room') - Number(b.name === 'No room') ||
        (a.floor ?? '').localeCompare(b.floor ?? '') ||
        a.name.localeCompare(b.name),
    );
}

/** A text with the names of entities where their ids stand. */
export const inNames = (
  text: string,
  entities: readonly Pick<EntityRow, 'id' | 'name'>[],
): string => {
  const names = new Map(entities.map(({ id, name }) => [id, name]));
  return text.replaceAll(/\b[a-z_]+\.[a-z0-9_]+\b/g, (id) => names.get(id) ?? id);
};

const spoken: Record<string, readonly [on: string, off: string]> = {
  door: ['open', 'shut'],
  window: ['open', 'shut'],
  opening: ['open', 'shut'],
  garage_door: ['open', 'shut'],
  motion: ['motion', 'no motion'],
  occupancy: ['somebody', 'nobody'],
  presence: ['somebody', 'nobody'],
  moisture: ['wet', 'dry'],
  smoke: ['smoke', 'no smoke'],
  gas: ['gas', 'no gas'],
  connectivity: ['reached', 'not reached'],
  problem: ['problem', 'fine'],
  battery: ['low', 'fine'],
};

/** As exact as a sensor is worth reading: `0.41`, `−18.2`, `128,341`. */
function measured(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 1_000 ? 1 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits }).replace('-', '\u2212');
}

/** A state as people say it: `0.4 L/min`, `open`, `not there`. */
export function stateText(
  entity: Pick<EntityRow, 'state' | 'unit' | 'deviceClass' | 'domain'>,
): string {
  const { state, unit, deviceClass, domain } = entity;
  if (state === 'unavailable') return 'not there';
  if (state === 'unknown') return 'no value yet';
  if (unit !== null && state.trim() !== '' && Number.isFinite(Number(state)))
    return `${measured(Number(state))} ${unit}`;
  if (domain === 'binary_sensor' && deviceClass && (state === 'on' || state === 'off'))
    return spoken[deviceClass]?.[state === 'on' ? 0 : 1] ?? state;
  if (domain === 'person' || domain === 'device_tracker')
    return state === 'not_home' ? 'away' : state;
  return state.replaceAll('_', ' ');
}
