/** Entities room by room, as people look for them. Pure. */
import type { EntityRow } from '@tomte/sdk/types';
import { figure } from '@tomte/sdk/words';

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

/** A state as people say it: `0.4 L/min`, `open`, `not there`. */
export function stateText(
  entity: Pick<EntityRow, 'state' | 'unit' | 'deviceClass' | 'domain'>,
): string {
  const { state, unit, deviceClass, domain } = entity;
  if (state === 'unavailable') return 'not there';
  if (state === 'unknown') return 'no value yet';
  if (unit !== null && state.trim() !== '' && Number.isFinite(Number(state)))
    return `${figure(Number(state))} ${unit}`;
  if (domain === 'binary_sensor' && deviceClass && (state === 'on' || state === 'off'))
    return spoken[deviceClass]?.[state === 'on' ? 0 : 1] ?? state;
  if (domain === 'person' || domain === 'device_tracker')
    return state === 'not_home' ? 'away' : state;
  return state.replaceAll('_', ' ');
}
