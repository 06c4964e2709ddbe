/** Puts the house into a world: rooms, things, entities, users; and brings the states back after a restart. */
import { Temporal } from 'temporal-polyfill';
import type { LivedEntity } from './lived.ts';
import { livedChanges } from './lived.ts';
import type { World } from './world.ts';

interface Fixed {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly device?: string;
  readonly area?: string;
  readonly labels?: readonly string[];
  readonly platform?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

const amps = { min: 6, max: 32, step: 1, mode: 'auto', unit_of_measurement: 'A' };
const priceRange = { min: -1, max: 5, step: 0.0001, mode: 'box', initial: 0.25, editable: false };

const weatherUnits = {
  temperature_unit: '°C',
  pressure_unit: 'hPa',
  wind_speed_unit: 'km/h',
  visibility_unit: 'km',
  precipitation_unit: 'mm',
};

/** Entities that stay as they are until somebody switches them. */
const fixed: readonly Fixed[] = [
  {
    id: 'switch.dishwasher',
    name: 'Dishwasher',
    state: 'off',
    device: 'Dishwasher',
    area: 'Kitchen',
  },
  {
    id: 'switch.water_heater',
    name: 'Water Heater',
    state: 'on',
    device: 'Water heater',
    area: 'Utility',
  },
  {
    id: 'switch.ev_charger',
    name: 'EV Charger',
    state: 'off',
    device: 'EV charger',
    area: 'Garage',
  },
  {
    id: 'number.ev_charging_current',
    name: 'EV Charging Current',
    state: '16',
    device: 'EV charger outlet',
    attributes: amps,
  },
  {
    id: 'light.hall',
    name: 'Hall Light',
    state: 'off',
    area: 'Hall',
    attributes: { supported_color_modes: ['onoff'] },
  },
  {
    id: 'lock.front_door',
    name: 'Front Door Lock',
    state: 'locked',
    area: 'Hall',
    labels: ['critical'],
  },
  {
    id: 'valve.main_water',
    name: 'Main Water Valve',
    state: 'open',
    area: 'Utility',
    labels: ['critical'],
    attributes: { device_class: 'water' },
  },
  {
    id: 'binary_sensor.kitchen_leak',
    name: 'Kitchen Leak',
    state: 'off',
    device: 'Kitchen leak sensor',
    area: 'Kitchen',
    attributes: { device_class: 'moisture' },
  },
  {
    id: 'sensor.electricity_price',
    name: 'Electricity Price',
    state: '0.25',
    attributes: { state_class: 'measurement', unit_of_measurement: 'EUR/kWh' },
  },
  {
    id: 'input_number.price',
    name: 'Electricity price raw',
    state: '0.25',
    platform: 'input_number',
    attributes: priceRange,
  },
  {
    id: 'input_boolean.away',
    name: 'Nobody home',
    state: 'off',
    platform: 'input_boolean',
    attributes: { editable: false },
  },
  {
    id: 'weather.forecast_home',
    name: 'Forecast Home',
    state: 'cloudy',
    platform: 'met',
    // Daily and hourly forecasts.
    attributes: { ...weatherUnits, temperature: 6.4, humidity: 81, supported_features: 3 },
  },
  { id: 'calendar.family', name: 'Family', state: 'off', platform: 'local_calendar' },
  { id: 'calendar.waste', name: 'Waste', state: 'off', platform: 'local_calendar' },
  {
    id: 'todo.shopping_list',
    name: 'Shopping list',
    state: '2',
    platform: 'shopping_list',
    attributes: { supported_features: 15 },
  },
  { id: 'sun.sun', name: 'Sun', state: 'below_horizon', platform: 'sun' },
  {
    id: 'zone.home',
    name: 'Home',
    state: '2',
    platform: 'zone',
    attributes: { latitude: 52.52, longitude: 13.4, radius: 100 },
  },
];

const attributesOf = (f: Fixed) => ({ ...f.attributes, friendly_name: f.name });

export function furnish(world: World): void {
  const { registries } = world;
  const ground = registries.addFloor('Ground floor', 0);
  const first = registries.addFloor('First floor', 1);
  for (const area of ['Hall', 'Kitchen', 'Utility', 'Living Room', 'Garage'])
    registries.addArea(area, ground);
  for (const area of ['Stairs', 'Bedroom']) registries.addArea(area, first);
  registries.addLabel('critical');
  registries.thing({ name: 'EV charger', area: 'Garage' });
  registries.thing({ name: 'EV charger outlet', parent: 'EV charger' });
  for (const e of world.lived.values()) {
    if (!e.device && !e.area) continue;
    registries.addEntity({ entityId: e.id, name: e.name, device: e.device, area: e.area });
  }
  for (const f of fixed) {
    if (f.platform === 'zone' || f.platform === 'sun') continue;
    registries.addEntity({ entityId: f.id, name: f.name, ...pick(f) });
  }
  standStill(world);
}

const pick = ({ device, area, labels, platform }: Fixed) => ({
  ...(device && { device }),
  ...(area && { area }),
  ...(labels && { labels }),
  ...(platform && { platform }),
});

/** How everything stands when the simulator opens: as if the home had run for weeks. */
function standStill(world: World): void {
  const now = world.clock.now();
  for (const e of world.lived.values()) {
    const { state, since } = lastChange(world, e, now);
    const attributes = attributesAt(world, e, now);
    world.recorder.seed(world.states.place(e.id, { state, attributes, since }));
  }
  for (const f of fixed) {
    const stands =
      f.platform === 'sun' ? sunOf(world, now) : { state: f.state, since: now - 3 * 86_400_000 };
    world.recorder.seed(world.states.place(f.id, { ...stands, attributes: attributesOf(f) }));
  }
}

const attributesAt = ({ house }: World, e: LivedEntity, t: number) => ({
  ...e.attributes,
  ...e.moving?.(house, t),
});

const sunriseHour = 7;
const sunsetHour = 17;

/** The sun by the clock of the home, the same all year, with the time it last rose or set. */
function sunOf(world: World, t: number): { state: string; since: number } {
  const now = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(world.options.zone);
  const isUp = now.hour >= sunriseHour && now.hour < sunsetHour;
  const day = now.hour < sunriseHour ? now.subtract({ days: 1 }) : now;
  const turned = day.withPlainTime({ hour: isUp ? sunriseHour : sunsetHour });
  return { state: isUp ? 'above_horizon' : 'below_horizon', since: turned.epochMilliseconds };
}

/** The present state, with the time it began as far as six hours tell. */
function lastChange(world: World, e: LivedEntity, now: number): { state: string; since: number } {
  let last: [number, string] = [now, ''];
  const backMs = Math.min(6 * 3_600_000, e.stepMs * 360);
  for (const change of livedChanges(world.house, e, now - Math.max(backMs, e.stepMs), now))
    last = change;
  return { state: last[1], since: last[0] };
}

/** Each lived entity's word of now, and the sun's, where it differs; entities a test holds are left alone. */
export function live(world: World): void {
  const now = world.clock.now();
  for (const e of world.lived.values()) {
    if (world.held.has(e.id) || !world.states.get(e.id)) continue;
    const t = Math.floor(now / e.stepMs) * e.stepMs;
    world.states.set(e.id, e.state(world.house, t), attributesAt(world, e, t));
  }
  const sun = world.states.get('sun.sun');
  if (sun && !world.held.has(sun.entityId))
    world.states.set(sun.entityId, sunOf(world, now).state, sun.attributes);
}

type Before = ReadonlyMap<string, { state: string; attributes: object }>;

/** Entities that stand as soon as Home Assistant answers; others wait for their integration. */
const isEarly = (id: string): boolean => /^(input_|sun|zone|person)/.test(id);

/** A state that was only posted belongs to no integration and is gone after a restart. */
const isOwned = (world: World, id: string): boolean =>
  world.registries.entities.has(id) || world.lived.has(id) || isEarly(id);

/** While Home Assistant starts: helpers stand; things of slow integrations are unavailable and marked restored. */
export function comeBackEarly(world: World, before: Before): void {
  for (const [id, { state, attributes }] of before) {
    if (!isOwned(world, id) || world.states.get(id)) continue;
    if (isEarly(id)) world.set(id, state, { attributes });
    else if (world.options.restoredFirst && world.registries.entities.get(id)?.device)
      world.set(id, 'unavailable', { attributes: { ...attributes, restored: true } });
  }
}

/** When the integrations are up: everything says again what it said before. */
export function comeBackLate(world: World, before: Before): void {
  for (const [id, { state, attributes }] of before) {
    // What a test wrote while the home was down is newer than what is restored.
    const now = world.states.get(id);
    if (!isOwned(world, id) || (now && now.attributes.restored !== true)) continue;
    world.set(id, state, { attributes });
  }
}
