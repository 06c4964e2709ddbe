import { hourStatistics, listStatistics } from '../home/history.ts';
import type { Link } from '../home/link.ts';
import type { Log } from '../lib/log.ts';
import { keepHours, newestHour } from '../store/hours.ts';
import { seriesOf } from '../store/series.ts';
import type { PlaceParts } from './parts.ts';

const hourMs = 3_600_000;
const pastMs = 60 * 24 * hourMs;

/**
 * Hourly statistics of the kept entities, brought up to date when Home Assistant has made new ones and
 * after each start: the hours that passed meanwhile are fetched, the newest once more, since it is corrected.
 */
export function keepHoursFresh(o: {
  readonly parts: PlaceParts;
  readonly home: string;
  readonly link: Link;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly kept: () => ReadonlySet<string>;
}): { now(): void; stop(): void } {
  const { parts, link } = o;
  let under = false;

  async function fetch(): Promise<void> {
    const newest = await newestHour(parts.store.db, o.home);
    const now = parts.clock.now();
    const from = Math.max(now - pastMs, newest ?? now - pastMs);
    const kept = o.kept();
    const ids = (await listStatistics(link.call)).map((m) => m.id).filter((id) => kept.has(id));
    if (ids.length === 0) return;
    const hours = await hourStatistics(link.call, { ids, from, to: now, signal: o.signal });
    const entities = [...hours.keys()].map((id) => ({
      id,
      unit: link.mirror.info(id)?.unit ?? null,
    }));
    const series = await seriesOf(parts.store.db, o.home, entities);
    for (const [id, rows] of hours) await keepHours(parts.store.db, series.get(id)!, rows);
  }

  const now = () => {
    if (under || o.signal.aborted) return;
    under = true;
    fetch()
      .catch((error: unknown) => {
        if (!o.signal.aborted)
          o.log.warn({ err: error }, 'hours were not fetched; tried again in an hour');
      })
      .finally(() => {
        under = false;
      });
  };
  return { now, stop: link.onEvent('recorder_hourly_statistics_generated', now) };
}
