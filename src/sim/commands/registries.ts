import type { Command } from '../commands.ts';
import { WireError } from '../wire-error.ts';

export const registryCommands: Record<string, Command> = {
  'config/entity_registry/list': { run: ({ world }) => world.registries.listEntities() },
  'config/entity_registry/list_for_display': {
    run: ({ world }) => world.registries.listForDisplay(),
  },
  'config/device_registry/list': { run: ({ world }) => world.registries.listDevices() },
  'config/area_registry/list': { run: ({ world }) => world.registries.listAreas() },
  'config/floor_registry/list': { run: ({ world }) => world.registries.listFloors() },
  'config/label_registry/list': { run: ({ world }) => world.registries.listLabels() },
  'config/entity_registry/update': {
    admin: true,
    required: ['entity_id'],
    optional: ['area_id', 'name'],
    run({ world, message }) {
      const entity = world.registries.entities.get(String(message.entity_id));
      if (!entity) throw new WireError('not_found', 'Entity not found');
      if (message.area_id !== undefined) entity.area = message.area_id as string | null;
      if (typeof message.name === 'string') entity.name = message.name;
      const changed = { action: 'update', entity_id: entity.entityId, changes: {} };
      world.fire('entity_registry_updated', changed);
      return {
        entity_entry: { entity_id: entity.entityId, area_id: entity.area },
        reload_delay: 30,
      };
    },
  },
};
