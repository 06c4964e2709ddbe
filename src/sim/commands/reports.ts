/** What a home says about itself: energy preferences, integrations, repairs, notices. */
import type { Command } from '../commands.ts';
import { richPage } from '../energy-page.ts';
import { hexId, seeded } from '../random.ts';
import { seconds, stamp } from '../states.ts';

const grid = {
  type: 'grid',
  stat_energy_from: 'sensor.grid_import',
  stat_energy_to: null,
  stat_cost: null,
  entity_energy_price: 'sensor.electricity_price',
  number_energy_price: null,
  stat_compensation: null,
  entity_energy_price_export: null,
  number_energy_price_export: null,
  cost_adjustment_day: 0,
};
const solar = {
  type: 'solar',
  stat_energy_from: 'sensor.solar_production',
  config_entry_solar_forecast: null,
};
const water = {
  type: 'water',
  stat_energy_from: 'sensor.water_total',
  stat_cost: null,
  entity_energy_price: null,
  number_energy_price: null,
};

export const reportCommands: Record<string, Command> = {
  'energy/get_prefs': {
    run: ({ world }) => ({
      ...(world.options.richEnergy
        ? richPage({ grid, solar, water }, world.options)
        : { energy_sources: [grid, solar, water], device_consumption: [] }),
      device_consumption_water: [],
    }),
  },
  'energy/validate': {
    run: () => ({
      energy_sources: [[], [], []],
      device_consumption: [],
      device_consumption_water: [],
    }),
  },
  'energy/info': { run: () => ({ cost_sensors: {}, solar_forecast_domains: [] }) },
  'config_entries/get': {
    optional: ['type_filter', 'domain'],
    run: ({ world }) => [
      // By the seed: a home keeps the ids of its entries, another home has others.
      entry({
        id: hexId(seeded(world.options.seed)),
        domain: 'sun',
        title: 'Sun',
        at: world.recorder.openedAt,
      }),
    ],
  },
  'repairs/list_issues': { run: () => ({ issues: [] }) },
  'persistent_notification/get': {
    run: ({ world }) =>
      [...world.notices.values()].map((n) => ({
        message: n.message,
        notification_id: n.id,
        title: n.title,
        created_at: stamp(n.at),
      })),
  },
};

const entry = (o: { id: string; domain: string; title: string; at: number }): object => ({
  created_at: seconds(o.at),
  entry_id: o.id,
  domain: o.domain,
  modified_at: seconds(o.at),
  title: o.title,
  source: 'import',
  state: 'loaded',
  supports_options: false,
  supports_remove_device: false,
  supports_unload: true,
  supports_reconfigure: false,
  supported_subentry_types: {},
  pref_disable_new_entities: false,
  pref_disable_polling: false,
  disabled_by: null,
  reason: null,
  error_reason_translation_domain: null,
  error_reason_translation_key: null,
  error_reason_translation_placeholders: null,
  num_subentries: 0,
});
