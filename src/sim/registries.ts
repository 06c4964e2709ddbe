/** Rooms, things and their names, in the exact shapes of the registry lists. */
import { hexId } from './random.ts';
import { seconds } from './states.ts';

export interface Thing {
  readonly id: string;
  readonly name: string;
  readonly area: string | null;
  readonly parent: string | null;
}
export interface RegistryEntity {
  readonly entityId: string;
  name: string;
  readonly device: string | null;
  area: string | null;
  readonly platform: string;
  readonly labels: readonly string[];
  readonly category: 'config' | 'diagnostic' | null;
  readonly id: string;
}

const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');

export class Registries {
  readonly #random: () => number;
  readonly #at: number;
  readonly areas = new Map<string, { id: string; name: string; floor: string | null }>();
  readonly floors = new Map<string, { id: string; name: string; level: number }>();
  readonly labels = new Map<string, { id: string; name: string }>();
  readonly things = new Map<string, Thing>();
  readonly entities = new Map<string, RegistryEntity>();

  constructor(o: { random: () => number; now: number }) {
    this.#random = o.random;
    this.#at = seconds(o.now);
  }

  addFloor(name: string, level: number): string {
    const id = slug(name);
    this.floors.set(id, { id, name, level });
    return id;
  }
  addArea(name: string, floor: string | null): void {
    this.areas.set(slug(name), { id: slug(name), name, floor });
  }
  addLabel(name: string): string {
    this.labels.set(slug(name), { id: slug(name), name });
    return slug(name);
  }

  /** A device by its name, made where it is new. `parent` makes it a child device. */
  thing(o: { name: string; area?: string | null; parent?: string }): Thing {
    const known = this.things.get(o.name);
    if (known) return known;
    const area = o.area ? slug(o.area) : null;
    const parent = o.parent ? this.thing({ name: o.parent }).id : null;
    const made = { id: hexId(this.#random), name: o.name, area: parent ? null : area, parent };
    this.things.set(o.name, made);
    return made;
  }

  addEntity(o: {
    entityId: string;
    name: string;
    device?: string;
    area?: string | null;
    platform?: string;
    labels?: readonly string[];
    category?: 'config' | 'diagnostic';
  }): void {
    this.entities.set(o.entityId, {
      entityId: o.entityId,
      name: o.name,
      device: o.device ? this.thing({ name: o.device, area: o.area ?? null }).id : null,
      // An entity with a device takes the device's room.
      area: o.device || !o.area ? null : slug(o.area),
      platform: o.platform ?? 'template',
      labels: o.labels ?? [],
      category: o.category ?? null,
      id: hexId(this.#random),
    });
  }

  listEntities(): object[] {
    return [...this.entities.values()].map((e) => ({
      area_id: e.area,
      categories: {},
      config_entry_id: null,
      config_subentry_id: null,
      created_at: this.#at,
      device_id: e.device,
      disabled_by: null,
      entity_category: e.category,
      entity_id: e.entityId,
      hidden_by: null,
      icon: null,
      id: e.id,
      labels: e.labels,
      modified_at: this.#at,
      name: null,
      next_name_part: null,
      options: {},
      original_name: e.name,
      platform: e.platform,
      translation_key: null,
      unique_id: e.entityId.slice(e.entityId.indexOf('.') + 1),
    }));
  }

  listForDisplay(): object {
    const categories = ['config', 'diagnostic'];
    return {
      entity_categories: { '0': 'config', '1': 'diagnostic' },
      entities: [...this.entities.values()].map((e) => ({
        ei: e.entityId,
        pl: e.platform,
        ...(e.area && { ai: e.area }),
        lb: e.labels,
        ...(e.device && { di: e.device }),
        ...(e.category && { ec: categories.indexOf(e.category) }),
        en: e.name,
      })),
    };
  }

  listDevices(): object[] {
    return [...this.things.values()].map((thing) => {
      const common = {
        area_id: thing.area,
        config_entries: [],
        config_entries_subentries: {},
        config_entry_id: null,
        config_subentry_id: null,
        created_at: this.#at,
        disabled_by: null,
        id: thing.id,
        identifiers: [['simulated', thing.id]],
        labels: [],
        modified_at: this.#at,
        name: thing.name,
        name_by_user: null,
        next_name_part: null,
        parent_device_id: thing.parent,
        primary_config_entry: null,
      };
      if (thing.parent) return common;
      const own = { configuration_url: null, connections: [], entry_type: null, hw_version: null };
      const made = { manufacturer: 'Simulated', model: thing.name, model_id: null };
      return {
        ...common,
        ...own,
        ...made,
        serial_number: null,
        sw_version: null,
        via_device_id: null,
      };
    });
  }

  listAreas(): object[] {
    return [...this.areas.values()].map((a) => ({
      aliases: [],
      area_id: a.id,
      floor_id: a.floor,
      humidity_entity_id: null,
      icon: null,
      labels: [],
      name: a.name,
      picture: null,
      temperature_entity_id: null,
      created_at: this.#at,
      modified_at: this.#at,
    }));
  }
  listFloors(): object[] {
    return [...this.floors.values()].map((f) => ({
      aliases: [],
      created_at: this.#at,
      floor_id: f.id,
      icon: null,
      level: f.level,
      modified_at: this.#at,
      name: f.name,
    }));
  }
  listLabels(): object[] {
    return [...this.labels.values()].map((l) => ({
      color: null,
      created_at: this.#at,
      description: null,
      icon: null,
      label_id: l.id,
      modified_at: this.#at,
      name: l.name,
    }));
  }
}
