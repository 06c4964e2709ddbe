import type { EntityInfo } from '@tomte/sdk/home';

const binaryClasses = [
  'motion',
  'occupancy',
  'presence',
  'door',
  'window',
  'opening',
  'garage_door',
  'smoke',
  'carbon_monoxide',
  'gas',
  'moisture',
];
/** Phones leave the house, and what Home Assistant reckons itself cannot fall silent. */
const otherPlatforms = [
  'mobile_app',
  'template',
  'min_max',
  'statistics',
  'derivative',
  'integration',
  'utility_meter',
  'sun',
  'time_date',
  'systemmonitor',
];
const watchedMax = 400;

/** What must not fall silent: sensors that measure, and the binary ones that guard. */
export function silentSensors(
  entities: readonly EntityInfo[],
  chosen: readonly string[] = [],
): EntityInfo[] {
  const found = entities.filter((e) => {
    if (chosen.length > 0) return chosen.includes(e.id);
    if (otherPlatforms.includes(e.platform ?? '')) return false;
    if (e.domain === 'binary_sensor') return binaryClasses.includes(e.deviceClass ?? '');
    return (
      e.domain === 'sensor' && e.unit !== null && (e.deviceClass !== null || e.stateClass !== null)
    );
  });
  return found.slice(0, watchedMax);
}

const restless = [
  'temperature',
  'humidity',
  'pressure',
  'atmospheric_pressure',
  'carbon_dioxide',
  'pm25',
  'pm10',
  'volatile_organic_compounds',
  'voltage',
  'frequency',
  'signal_strength',
];
/**
 * Longest ordinary time without a change, minutes, up to which no change at all is a fault: hours for
 * what moves by its nature; of other things only those that never rest, such as the power of a house.
 */
export function stillMinutesMax(e: EntityInfo): number {
  if (e.domain !== 'sensor' || e.stateClass === 'total' || e.stateClass === 'total_increasing')
    return 0;
  return restless.includes(e.deviceClass ?? '') ? 6 * 60 : 30;
}

const platformNames: Readonly<Record<string, string>> = {
  zha: 'The Zigbee stick',
  deconz: 'The deCONZ stick',
  zwave_js: 'The Z-Wave stick',
  mqtt: 'The MQTT broker or its bridge',
  hue: 'The Hue bridge',
  matter: 'The Matter server',
  tado: 'The Tado bridge',
  esphome: 'ESPHome',
  shelly: 'Shelly',
};
export const platformName = (platform: string): string =>
  platformNames[platform] ??
  platform.charAt(0).toUpperCase() + platform.slice(1).replaceAll('_', ' ');

/** What people cannot see while these are silent: `water, doors`. */
export function blindFor(entities: readonly EntityInfo[]): string {
  const kinds: readonly (readonly [string, RegExp])[] = [
    ['smoke', /smoke|carbon|^gas/],
    ['water', /water|volume_flow|moisture/],
    ['doors', /door|window|opening/],
    ['motion', /motion|occupancy|presence/],
    ['power', /power|energy/],
    ['temperatures', /temperature/],
  ];
  const seen = kinds.filter(([, of]) => entities.some((e) => of.test(e.deviceClass ?? '')));
  return seen
    .map(([word]) => word)
    .slice(0, 4)
    .join(', ');
}
