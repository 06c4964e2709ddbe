/** Outside facts of a linked home through a running service: the same story for the simulator and a real home. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import type { FactsAnswer } from '@tomte/sdk/types';
import { expect } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type RunningService, removeData, startService } from '../crash/harness.ts';

const clientOf = (service: RunningService): Client =>
  connect({ base: `${service.url}api/`, credential: service.credential });

async function live(tomte: Client): Promise<string> {
  for (;;) {
    const [home] = await tomte.listHomes({});
    if (home?.link.state === 'live') return home.id;
    await systemClock.sleep(100);
  }
}

type Forecast = {
  source: string;
  entity: string;
  forecast: { at: string; temperatureC: number }[];
};
type Events = { events: { calendar: string; summary: string; start: string; end: string }[] };
const weatherOf = ({ value }: FactsAnswer) => value as Forecast;

/** `goAway` takes the home off the line for good. */
export async function factsStory(o: {
  url: string;
  token: string;
  goAway: () => Promise<void>;
}): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tomte-facts-'));
  await chmod(dataDir, 0o755);
  let service = await startService({ dataDir });
  try {
    let tomte = clientOf(service);
    expect(await tomte.linkHome({ address: o.url, token: o.token })).toMatchObject({ ok: true });
    const home = await live(tomte);
    const rows = await tomte.listConnectors({ home });
    expect(rows.map(({ name, setUp }) => [name, setUp])).toEqual([
      ['calendar', false],
      ['weather', false],
    ]);

    const hourly = await tomte.askConnector({ home, name: 'weather' });
    expect(hourly).toMatchObject({ stale: false, error: null });
    expect(weatherOf(hourly).source).toBe('home');
    expect(weatherOf(hourly).forecast.length).toBeGreaterThan(3);
    for (const row of weatherOf(hourly).forecast) {
      expect(row.temperatureC).toEqual(expect.any(Number));
      expect(row.at).toMatch(/Z$/);
    }
    const query = { kind: 'daily' };
    const daily = await tomte.askConnector({ home, name: 'weather', query });
    expect(weatherOf(daily).forecast.length).toBeGreaterThan(3);

    const soon = { hours: 24 * 8 };
    const calendar = await tomte.askConnector({ home, name: 'calendar', query: soon });
    const { events } = calendar.value as Events;
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expect(event.end > event.start).toBe(true);

    // What was asked outlives the death of Tomte: asked again, it is what was kept.
    await service.kill9();
    service = await startService({ dataDir });
    tomte = clientOf(service);
    await live(tomte);
    expect(await tomte.askConnector({ home, name: 'weather' })).toEqual(hourly);

    await o.goAway();
    for (;;) {
      const [row] = await tomte.listHomes({});
      if (row!.link.state !== 'live') break;
      await systemClock.sleep(100);
    }
    const kept = await tomte.askConnector({ home, name: 'weather', anew: true });
    expect(kept).toMatchObject({
      value: hourly.value,
      asOf: hourly.asOf,
      stale: true,
      error: { code: 'link.lost' },
    });
    const never = tomte.askConnector({ home, name: 'calendar', query: { hours: 1 } });
    await expect(never).rejects.toMatchObject({ code: 'link.lost' });
  } finally {
    await service.kill9();
    await removeData(dataDir);
  }
}
