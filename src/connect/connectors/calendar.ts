import { defineConnector } from '@tomte/sdk/connector';
import { TomteError } from '@tomte/sdk/errors';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

const validMs = 10 * 60_000;
const hourMs = 3_600_000;
const calendarId = z.string().regex(/^calendar\.[a-z0-9_]+$/, 'expected such as calendar.family');

const event = z.object({
  /** Entity id of the calendar it stands in. */
  calendar: z.string(),
  summary: z.string(),
  /** ISO 8601 UTC; of a whole day, its midnight in the home. */
  start: z.string(),
  end: z.string(),
  allDay: z.boolean(),
  location: z.string().nullable(),
  description: z.string().nullable(),
});

/** As `calendar.get_events` answers: a date for whole days, else a time with its offset. */
const answered = z.object({
  events: z.array(
    z.object({
      start: z.string(),
      end: z.string(),
      summary: z.string().nullish(),
      location: z.string().nullish(),
      description: z.string().nullish(),
    }),
  ),
});

export default defineConnector({
  title: 'Calendar',
  text: 'What stands in the calendars of your home in the hours to come.',
  settings: z.strictObject({
    calendars: z
      .array(calendarId)
      .default([])
      .describe('Calendars to read, such as calendar.family; empty for all'),
  }),
  query: z.strictObject({
    /** From now on. */
    hours: z
      .int()
      .min(1)
      .max(24 * 31)
      .default(48)
      .describe('How many hours ahead to look'),
    calendars: z.array(calendarId).optional().describe('Only these of the calendars'),
  }),
  facts: z.object({ events: z.array(event) }),
  dailyMax: 2000,

  async fetch({ settings, home, now }, { hours, calendars }) {
    const there = home.states('calendar').map(({ entityId }) => entityId);
    const chosen = settings.calendars.length > 0 ? settings.calendars : there;
    const asked = chosen.filter((id) => !calendars || calendars.includes(id));
    const missing = asked.find((id) => !there.includes(id));
    if (missing) {
      throw new TomteError('connect.source_refused', `There is no ${missing} in the home`);
    }
    if (asked.length === 0) {
      throw new TomteError('connect.source_refused', 'The home has no such calendar');
    }
    const from = now();
    const response = await home.ask('calendar.get_events', asked, {
      start_date_time: new Date(from).toISOString(),
      end_date_time: new Date(from + hours * hourMs).toISOString(),
    });
    const events = asked.flatMap((calendar) =>
      read(calendar, response[calendar]).events.map((one) => ({
        calendar,
        summary: one.summary ?? '',
        start: instant(one.start, home.zone),
        end: instant(one.end, home.zone),
        allDay: isDate(one.start),
        location: one.location ?? null,
        description: one.description ?? null,
      })),
    );
    events.sort((a, b) => (a.start < b.start ? -1 : 1));
    return { facts: { events }, validUntil: from + validMs };
  },
});

function read(calendar: string, response: unknown): z.output<typeof answered> {
  const parsed = answered.safeParse(response);
  if (parsed.success) return parsed.data;
  throw new TomteError('connect.answer_invalid', `${calendar} answers in another form`);
}

const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text);

function instant(text: string, zone: string): string {
  try {
    const at = isDate(text)
      ? Temporal.PlainDate.from(text).toZonedDateTime(zone).toInstant()
      : Temporal.Instant.from(text);
    return new Date(at.epochMilliseconds).toISOString();
  } catch {
    throw new TomteError('connect.answer_invalid', 'An appointment has a time that is none');
  }
}
