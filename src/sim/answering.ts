/** Actions that change nothing and answer: forecasts, appointments, lists. */
import { Temporal } from 'temporal-polyfill';
import type { ActionCall } from './actions.ts';
import { hashOf, seeded } from './random.ts';
import { invalidFormat, WireError } from './wire-error.ts';
import type { World } from './world.ts';

export interface AnsweringRow {
  readonly fields: Readonly<Record<string, { required?: boolean }>>;
  /** What one entity says; those of other domains are passed over. */
  answer(world: World, call: ActionCall, entityId: string): object;
}

const forecastDays = 7;
const forecastHours = 48;
/** Bits of `supported_features` of a weather entity. */
const featureOf: Readonly<Record<string, number>> = { daily: 1, hourly: 2, twice_daily: 4 };

const getForecasts: AnsweringRow = {
  fields: { type: { required: true } },
  answer(world, { data }, entityId) {
    const type = String(data.type);
    const feature = featureOf[type];
    if (feature === undefined) {
      throw invalidFormat("value must be one of ['daily', 'hourly', 'twice_daily'] at 'type'");
    }
    const features = Number(world.states.get(entityId)?.attributes.supported_features);
    if ((features & feature) === 0) {
      throw new WireError(
        'service_validation_error',
        `Validation error: Weather entity ${entityId} does not support the ${type} forecast type`,
        {
          translation_key: 'unsupported_forecast_type',
          translation_placeholders: { entity_id: entityId, forecast_type: type },
          translation_domain: 'weather',
        },
      );
    }
    return { forecast: type === 'daily' ? dailyForecast(world) : hourlyForecast(world) };
  },
};

const now = (world: World): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(world.clock.now()).toZonedDateTimeISO(world.options.zone);
const wireTime = (at: Temporal.ZonedDateTime): string => at.toString({ timeZoneName: 'never' });

/** The weather of a day: the same however often it is asked for. */
function weatherOf(world: World, date: Temporal.PlainDate) {
  const random = seeded(hashOf(`${world.options.seed} weather ${date}`));
  const rain = Math.max(0, random() * 12 - 6);
  const low = -1 + random() * 8;
  const condition = rain > 0 ? 'rainy' : random() > 0.5 ? 'sunny' : 'cloudy';
  return { rain, low, high: low + 3 + random() * 6, condition, wind: 5 + random() * 25 };
}
const tenth = (value: number): number => Math.round(value * 10) / 10;

function dailyForecast(world: World): object[] {
  const today = now(world).startOfDay();
  return Array.from({ length: forecastDays }, (_, days) => {
    const day = today.add({ days });
    const { rain, low, high, condition, wind } = weatherOf(world, day.toPlainDate());
    return {
      datetime: wireTime(day),
      condition,
      precipitation: tenth(rain),
      temperature: tenth(high),
      templow: tenth(low),
      precipitation_probability: Math.min(100, Math.round(rain * 20)),
      wind_speed: tenth(wind),
    };
  });
}

function hourlyForecast(world: World): object[] {
  const first = now(world).round({ smallestUnit: 'hour', roundingMode: 'floor' });
  return Array.from({ length: forecastHours }, (_, hours) => {
    const at = first.add({ hours });
    const { rain, low, high, condition, wind } = weatherOf(world, at.toPlainDate());
    const warmth = (1 - Math.cos(((at.hour - 3) / 24) * 2 * Math.PI)) / 2;
    return {
      datetime: wireTime(at),
      condition,
      precipitation: tenth(rain / 24),
      temperature: tenth(low + warmth * (high - low)),
      precipitation_probability: Math.min(100, Math.round(rain * 20)),
      wind_speed: tenth(wind),
    };
  });
}

interface Appointment {
  /** ISO day of the week. */
  readonly weekday: number;
  /** Null for the whole day. */
  readonly time: string | null;
  readonly minutes: number;
  readonly summary: string;
  readonly location?: string;
}

const appointments: Readonly<Record<string, readonly Appointment[]>> = {
  'calendar.family': [
    { weekday: 1, time: '18:00', minutes: 90, summary: 'Choir', location: 'Town hall' },
    { weekday: 3, time: '16:30', minutes: 60, summary: 'Swimming' },
    { weekday: 6, time: '11:00', minutes: 180, summary: 'Grandparents visit' },
  ],
  'calendar.waste': [{ weekday: 4, time: null, minutes: 0, summary: 'Paper and glass' }],
};

const getEvents: AnsweringRow = {
  fields: { start_date_time: {}, end_date_time: {}, duration: {} },
  answer(world, { data }, entityId) {
    const zone = world.options.zone;
    const from = instant(data.start_date_time ?? world.clock.now());
    const to = untilOf(from, data);
    const events: object[] = [];
    const last = to.toZonedDateTimeISO(zone);
    let day = from.toZonedDateTimeISO(zone).startOfDay().subtract({ days: 1 });
    for (; Temporal.ZonedDateTime.compare(day, last) < 0; day = day.add({ days: 1 })) {
      for (const one of appointments[entityId] ?? []) {
        if (one.weekday !== day.dayOfWeek) continue;
        const start = one.time === null ? day : day.withPlainTime(one.time);
        const end = one.time === null ? day.add({ days: 1 }) : start.add({ minutes: one.minutes });
        if (Temporal.Instant.compare(end.toInstant(), from) < 0) continue;
        if (Temporal.Instant.compare(start.toInstant(), to) >= 0) continue;
        const text = (at: Temporal.ZonedDateTime) =>
          one.time === null ? at.toPlainDate().toString() : wireTime(at);
        const { summary, location } = one;
        events.push({ start: text(start), end: text(end), summary, ...(location && { location }) });
      }
    }
    return { events };
  },
};

function untilOf(from: Temporal.Instant, data: ActionCall['data']): Temporal.Instant {
  if (data.end_date_time === undefined && data.duration === undefined) {
    throw invalidFormat("at least one of ['end_date_time', 'duration'] is required");
  }
  const to =
    data.end_date_time === undefined
      ? from.add(data.duration as { hours: number })
      : instant(data.end_date_time);
  if (Temporal.Instant.compare(to, from) <= 0) {
    throw invalidFormat(`Expected end time to be after start time (${from}, ${to})`);
  }
  return to;
}

function instant(value: unknown): Temporal.Instant {
  return typeof value === 'number'
    ? Temporal.Instant.fromEpochMilliseconds(value)
    : Temporal.Instant.from(String(value));
}

const getItems: AnsweringRow = {
  fields: { status: {} },
  answer: () => ({
    items: [
      { summary: 'Coffee', uid: 'item-1', status: 'needs_action' },
      { summary: 'Descaler for the kettle', uid: 'item-2', status: 'needs_action' },
    ],
  }),
};

export const answeringRows: Readonly<Record<string, Readonly<Record<string, AnsweringRow>>>> = {
  weather: { get_forecasts: getForecasts },
  calendar: { get_events: getEvents },
  todo: { get_items: getItems },
};

const targets = "['entity_id', 'device_id', 'area_id', 'floor_id', 'label_id']";

/** What each entity named says; one that does not exist says nothing, all of them are an error. */
export function answers(world: World, row: AnsweringRow, call: ActionCall): object {
  if (call.entityIds.length === 0) throw invalidFormat(`at least one of ${targets} is required`);
  const known = call.entityIds.filter(
    (id) => id.startsWith(`${call.domain}.`) && world.states.get(id),
  );
  if (known.length === 0) {
    const words = 'Service call requested response data but did not match any entities';
    throw new WireError('home_assistant_error', words);
  }
  return Object.fromEntries(known.map((id) => [id, row.answer(world, call, id)]));
}
