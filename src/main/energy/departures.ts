/** When what waits has to be done by a calendar: when its events begin, as the home tells. */
import { isError } from '@tomte/sdk/errors';
import type { PlanLoad } from '@tomte/sdk/plan-load';
import { wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { z } from 'zod';
import { dayMs } from '../../energy/series.ts';
import { askHome } from '../../home/ask.ts';
import { iso } from '../../lib/clock.ts';
import type { HomeLife } from '../home-life.ts';

/** As far as prices are planned by. */
const aheadMs = 2 * dayMs;
const eventsMax = 500;
const told = z.object({ events: z.array(z.object({ start: z.string().max(40) })) });

/** Epoch ms by calendar, those of today that are over too; null for one that could not be read. */
export async function departuresOf(
  { link, zone }: Pick<HomeLife, 'link' | 'zone'>,
  loads: readonly PlanLoad[],
  now: number,
): Promise<Map<string, readonly number[] | null>> {
  const calendars = new Set(loads.flatMap(({ departure }) => departure?.calendar ?? []));
  const from = whenOf(wallOf(now, zone), 0, zone);
  const rows = [...calendars].map(async (calendar) => {
    const data = { start_date_time: iso(from), end_date_time: iso(now + aheadMs) };
    const ask = { domain: 'calendar', action: 'get_events', entities: [calendar], data };
    return [calendar, await startsOf(calendar, () => askHome(link, ask))] as const;
  });
  return new Map(await Promise.all(rows));
}

async function startsOf(
  calendar: string,
  ask: () => ReturnType<typeof askHome>,
): Promise<readonly number[] | null> {
  try {
    const answer = told.safeParse((await ask())[calendar]);
    if (!answer.success) return null;
    return answer.data.events.slice(0, eventsMax).flatMap(({ start }) => {
      // What lasts all day names no time at which one leaves.
      const t = start.includes(':') ? Date.parse(start) : Number.NaN;
      return Number.isNaN(t) ? [] : [t];
    });
  } catch (error) {
    // A home without it is planned all the same, and its page says so.
    if (isError(error)) return null;
    throw error;
  }
}
