import type { World } from './world.ts';

const metric = {
  length: 'km',
  accumulated_precipitation: 'mm',
  area: 'm²',
  mass: 'g',
  pressure: 'Pa',
  temperature: '°C',
  volume: 'L',
  wind_speed: 'm/s',
};

const loaded = [
  ...['api', 'auth', 'config', 'frontend', 'http', 'image_upload', 'onboarding', 'person'],
  ...[
    'persistent_notification',
    'recorder',
    'history',
    'energy',
    'sun',
    'template',
    'websocket_api',
  ],
  ...[
    'mobile_app',
    'notify',
    'switch',
    'sensor',
    'binary_sensor',
    'number',
    'input_number',
    'light',
    'lock',
    'valve',
    'weather',
    'calendar',
    'todo',
  ],
];

/** The same keys as `get_config` and `/api/config`. */
export function homeConfig(world: World): object {
  const { options } = world;
  return {
    allowlist_external_dirs: [],
    allowlist_external_urls: [],
    components: loaded.filter((name) => !options.without.includes(name)),
    config_dir: '/config',
    config_source: 'storage',
    country: 'DE',
    currency: 'EUR',
    debug: false,
    elevation: 34,
    external_url: null,
    internal_url: null,
    language: 'en',
    latitude: 52.52,
    location_name: options.name,
    longitude: 13.4,
    radius: 100,
    recovery_mode: options.recoveryMode,
    safe_mode: false,
    state: world.phase,
    time_zone: options.zone,
    unit_system: metric,
    version: options.version,
  };
}
