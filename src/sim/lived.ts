/** The sensors of the simulated home: each says its state at any minute, from the House. */

import { batteryLeft, type House, tooth } from './house.ts';
import type { Day } from './people.ts';
import type { Past } from './recorder.ts';

const minuteMs = 60_000;

export interface LivedEntity {
  readonly id: string;
  readonly name: string;
  readonly device: string;
  readonly area: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** How often the sensor looks; its state changes only then. */
  readonly stepMs: number;
  state(house: House, t: number): string;
  /** Attributes that move besides. */
  moving?(house: House, t: number): object;
}

type Marks = { [K in keyof Day]: Day[K] extends Uint8Array ? K : never }[keyof Day];
type Place = { id: string; name: string; device: string; area: string | null };

const marked = (place: Place, marks: Marks, deviceClass: string): LivedEntity => ({
  ...place,
  attributes: { device_class: deviceClass, friendly_name: place.name },
  stepMs: minuteMs,
  state: (house, t) => {
    const { day, index } = house.minute(t);
    return day[marks][index] ? 'on' : 'off';
  },
});

type Measure = {
  unit: string;
  deviceClass: string;
  stateClass?: string;
  decimals: number;
  stepMs?: number;
};
export const measured = (
  place: Place,
  m: Measure,
  value: (house: House, t: number) => number,
): LivedEntity => ({
  ...place,
  attributes: {
    state_class: m.stateClass ?? 'measurement',
    unit_of_measurement: m.unit,
    device_class: m.deviceClass,
    friendly_name: place.name,
  },
  stepMs: m.stepMs ?? minuteMs,
  state: (house, t) => (value(house, t) + 0).toFixed(m.decimals),
});

const person = (id: string, name: string, marks: 'majaAway' | 'olaAway'): LivedEntity => ({
  id,
  name,
  device: '',
  area: null,
  attributes: { editable: true, id: id.slice(7), device_trackers: [], friendly_name: name },
  stepMs: minuteMs,
  state: (house, t) => {
    const { day, index } = house.minute(t);
    return day[marks][index] ? 'not_home' : 'home';
  },
});

const battery = (
  id: string,
  name: string,
  place: { device: string; area: string; lastsDays: number },
): LivedEntity =>
  measured(
    { id, name, device: place.device, area: place.area },
    { unit: '%', deviceClass: 'battery', decimals: 0, stepMs: 360 * minuteMs },
    (_, t) => batteryLeft(t, { name: id, lastsDays: place.lastsDays }),
  );

const flow: Measure = { unit: 'L/min', deviceClass: 'volume_flow_rate', decimals: 1 };
const watts: Measure = { unit: 'W', deviceClass: 'power', decimals: 0 };
export const meter = (
  unit: string,
  deviceClass: string,
  decimals: number,
  stepMs = minuteMs,
): Measure => ({
  unit,
  deviceClass,
  decimals,
  stepMs,
  stateClass: 'total_increasing',
});
const degrees: Measure = {
  unit: '°C',
  deviceClass: 'temperature',
  decimals: 1,
  stepMs: 5 * minuteMs,
};

function water(): LivedEntity[] {
  const place = { device: 'Water meter', area: 'Utility' };
  return [
    measured(
      { id: 'sensor.water_flow', name: 'Water Flow', ...place },
      flow,
      (h, t) => h.minute(t).waterLpm,
    ),
    measured(
      { id: 'sensor.water_total', name: 'Water Total', ...place },
      meter('L', 'water', 0),
      (h, t) => 30_000 + Math.floor(h.totals(t).waterL),
    ),
  ];
}

function power(): LivedEntity[] {
  const main = { device: 'Electricity meter', area: 'Utility' };
  const roof = { device: 'Solar inverter', area: 'Utility' };
  return [
    measured(
      { id: 'sensor.house_power', name: 'House Power', ...main },
      watts,
      (h, t) => h.minute(t).houseW,
    ),
    measured(
      { id: 'sensor.grid_import', name: 'Grid Import', ...main },
      meter('kWh', 'energy', 2, 5 * minuteMs),
      (h, t) => 5000 + h.totals(t).gridKWh,
    ),
    measured(
      { id: 'sensor.solar_power', name: 'Solar Power', ...roof },
      watts,
      (h, t) => h.minute(t).solarW,
    ),
    measured(
      { id: 'sensor.solar_production', name: 'Solar Production', ...roof },
      meter('kWh', 'energy', 2, 5 * minuteMs),
      (h, t) => 2000 + h.totals(t).solarKWh,
    ),
    measured(
      {
        id: 'sensor.dishwasher_power',
        name: 'Dishwasher Power',
        device: 'Dishwasher',
        area: 'Kitchen',
      },
      watts,
      (h, t) => h.minute(t).dishwasherW,
    ),
    measured(
      {
        id: 'sensor.ev_charger_power',
        name: 'EV Charger Power',
        device: 'EV charger',
        area: 'Garage',
      },
      watts,
      (h, t) => h.minute(t).carW,
    ),
  ];
}

function climate(): LivedEntity[] {
  const cold = { area: 'Kitchen' };
  return [
    measured(
      { id: 'sensor.fridge_temperature', name: 'Fridge Temperature', device: 'Fridge', ...cold },
      degrees,
      (_, t) => 4.5 + tooth(t, { everyMin: 47, onMin: 15, degrees: 1.6 }),
    ),
    measured(
      {
        id: 'sensor.freezer_temperature',
        name: 'Freezer Temperature',
        device: 'Freezer',
        area: 'Utility',
      },
      degrees,
      (h, t) => -18 + tooth(t, { everyMin: 61, onMin: 24, degrees: 1.2 }) + h.freezerWarmth(t),
    ),
    measured(
      {
        id: 'sensor.living_room_temperature',
        name: 'Living Room Temperature',
        device: 'Thermostat',
        area: 'Living Room',
      },
      degrees,
      (h, t) => 20.5 + 0.9 * Math.sin(((t - h.dayAt(t).start) / 86_400_000 - 0.35) * 2 * Math.PI),
    ),
  ];
}

/** Everything that people live with. The entity ids are those of the reference home where both have one. */
export function livedEntities(): readonly LivedEntity[] {
  const motion = (place: string, area: string): Place => ({
    id: `binary_sensor.${place}_motion`,
    name: `${area} Motion`,
    device: `${area} motion sensor`,
    area,
  });
  const door = {
    id: 'binary_sensor.front_door',
    name: 'Front Door',
    device: 'Front door contact',
    area: 'Hall',
  };
  const fridge = {
    id: 'binary_sensor.fridge_door',
    name: 'Fridge Door',
    device: 'Fridge',
    area: 'Kitchen',
  };
  return [
    ...water(),
    ...power(),
    ...climate(),
    marked(motion('hall', 'Hall'), 'hall', 'motion'),
    marked(motion('kitchen', 'Kitchen'), 'kitchen', 'motion'),
    marked(motion('stairs', 'Stairs'), 'stairs', 'motion'),
    marked(door, 'frontDoor', 'door'),
    marked(fridge, 'fridgeDoor', 'door'),
    person('person.maja', 'Maja', 'majaAway'),
    person('person.ola', 'Ola', 'olaAway'),
    battery('sensor.hall_motion_battery', 'Hall Motion Battery', {
      device: 'Hall motion sensor',
      area: 'Hall',
      lastsDays: 420,
    }),
    battery('sensor.front_door_battery', 'Front Door Battery', {
      device: 'Front door contact',
      area: 'Hall',
      lastsDays: 610,
    }),
  ];
}

/** State changes of one entity over a time, the state at `from` first, made when asked for. */
export function* livedChanges(
  house: House,
  entity: LivedEntity,
  from: number,
  to: number,
): Generator<[number, string]> {
  let said: string | null = null;
  for (
    let t = Math.floor(from / entity.stepMs) * entity.stepMs;
    t < to || said === null;
    t += entity.stepMs
  ) {
    const state = entity.state(house, t);
    if (state !== said) yield [t, state];
    said = state;
  }
}

export function livedPast(house: House, entities: ReadonlyMap<string, LivedEntity>): Past {
  return {
    changes(entityId, from, to) {
      const entity = entities.get(entityId);
      return entity ? livedChanges(house, entity, from, to) : null;
    },
    attributes: (entityId) => entities.get(entityId)?.attributes ?? {},
  };
}
