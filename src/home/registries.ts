import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import { invalid, isPlain, type Plain } from './frames.ts';

/** What the registries say of one entity; only what is used is kept. */
interface EntityEntry {
  readonly name: string | null;
  readonly area: string | null;
  readonly device: string | null;
  readonly labels: readonly string[];
  readonly platform: string | null;
}
interface DeviceEntry {
  readonly name: string | null;
  readonly area: string | null;
  readonly parent: string | null;
}
interface AreaEntry {
  readonly name: string;
  readonly floor: string | null;
}

/** The five registries, by id. */
export interface Registries {
  readonly entities: ReadonlyMap<string, EntityEntry>;
  readonly devices: ReadonlyMap<string, DeviceEntry>;
  readonly areas: ReadonlyMap<string, AreaEntry>;
  readonly floors: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
}

export const noRegistries: Registries = {
  entities: new Map(),
  devices: new Map(),
  areas: new Map(),
  floors: new Map(),
  labels: new Map(),
};

type Call = (type: string, fields?: object) => Promise<unknown>;

/** Reads one registry again and leaves the others as they are. */
export const readRegistry: {
  readonly [K in keyof Registries]: (call: Call) => Promise<Registries[K]>;
} = {
  entities: (call) =>
    list(call, 'entity', 'entity_id', (row) => ({
      name: textOf(row.name) ?? textOf(row.original_name),
      area: textOf(row.area_id),
      device: textOf(row.device_id),
      labels: texts(row.labels),
      platform: textOf(row.platform),
    })),
  devices: (call) =>
    list(call, 'device', 'id', (row) => ({
      name: textOf(row.name_by_user) ?? textOf(row.name),
      area: textOf(row.area_id),
      parent: textOf(row.parent_device_id),
    })),
  areas: (call) =>
    list(call, 'area', 'area_id', (row) => ({
      name: textOf(row.name) ?? String(row.area_id),
      floor: textOf(row.floor_id),
    })),
  floors: (call) =>
    list(call, 'floor', 'floor_id', (row) => textOf(row.name) ?? String(row.floor_id)),
  labels: (call) =>
    list(call, 'label', 'label_id', (row) => textOf(row.name) ?? String(row.label_id)),
};

export const registryEvents: Record<keyof Registries, string> = {
  entities: 'entity_registry_updated',
  devices: 'device_registry_updated',
  areas: 'area_registry_updated',
  floors: 'floor_registry_updated',
  labels: 'label_registry_updated',
};

/** Name, place and kind of an entity, of its registry entry and its attributes. */
export function infoOf(id: string, r: Registries, state: EntityState | undefined): EntityInfo {
  const entry = r.entities.get(id);
  const attributes = state?.attributes ?? {};
  const area = areaOf(id, r);
  return {
    id,
    name: textOf(attributes.friendly_name) ?? entry?.name ?? id,
    domain: id.slice(0, id.indexOf('.')),
    deviceClass: textOf(attributes.device_class),
    stateClass: textOf(attributes.state_class),
    unit: textOf(attributes.unit_of_measurement),
    area: area === null ? null : (r.areas.get(area)?.name ?? area),
    device: entry?.device ? (r.devices.get(entry.device)?.name ?? null) : null,
    labels: entry?.labels.map((label) => r.labels.get(label) ?? label) ?? [],
    platform: entry?.platform ?? null,
  };
}

/** Name of the floor an entity is on. */
export function floorOf(id: string, r: Registries): string | null {
  const area = areaOf(id, r);
  const floor = area === null ? null : (r.areas.get(area)?.floor ?? null);
  return floor === null ? null : (r.floors.get(floor) ?? floor);
}

/** A place or mark a person made, by the id that stays when it is renamed. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

export const namedOf = (kind: 'areas' | 'floors' | 'labels', r: Registries): Named[] =>
  [...r[kind]].map(([id, entry]) => ({ id, name: typeof entry === 'string' ? entry : entry.name }));

/** The entity's own area, else its device's, else that of the device it is a part of. */
export function areaOf(id: string, r: Registries): string | null {
  const entry = r.entities.get(id);
  if (!entry) return null;
  if (entry.area) return entry.area;
  const device = entry.device ? r.devices.get(entry.device) : undefined;
  if (!device) return null;
  return device.area ?? (device.parent ? (r.devices.get(device.parent)?.area ?? null) : null);
}

async function list<T>(
  call: Call,
  noun: string,
  key: string,
  read: (row: Plain) => T,
): Promise<Map<string, T>> {
  const rows = await call(`config/${noun}_registry/list`);
  if (!Array.isArray(rows)) throw invalid(`the ${noun} registry is not a list`);
  const found = new Map<string, T>();
  for (const row of rows) {
    if (!isPlain(row) || typeof row[key] !== 'string') {
      throw invalid(`a row of the ${noun} registry has no ${key}`);
    }
    found.set(row[key], read(row));
  }
  return found;
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
