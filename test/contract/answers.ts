/** Actions that change nothing and answer: forecasts, appointments, lists; on the wire and as Tomte asks them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answeringActions, askHome } from '../../src/home/ask.ts';
import { type Link, openLink } from '../../src/home/link.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import type { RawSocket } from '../kit/raw-home.ts';
import type { HomeRow, TestHome } from './homes.ts';

const dayMs = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const offsetTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$/;

export function answersContract({ start }: HomeRow): void {
  let home: TestHome;
  let socket: RawSocket;
  let link: Link;
  beforeAll(async () => {
    home = await start();
    socket = await home.open();
    link = openLink({
      home: 'contract',
      address: home.url,
      token: new Secret(home.token),
      pin: null,
      clock: systemClock,
      log: silentLog,
      random: () => 0.5,
      position: 0,
    });
    await link.ready();
  });
  afterAll(async () => {
    await link?.close();
    socket?.close();
    await home?.close();
  });

  const ids = (domain: string): string[] =>
    [...link.mirror.entities()].map((s) => s.entityId).filter((id) => id.startsWith(`${domain}.`));
  /** A weather entity with hourly forecasts. */
  const hourlyWeather = (): string =>
    ids('weather').find(
      (id) => (Number(link.mirror.entity(id)!.attributes.supported_features) & 2) !== 0,
    )!;
  const ask = (domain: string, action: string, entities: readonly string[], data: object) =>
    askHome(link, { domain, action, entities, data: { ...data } });
  const refusal = async (fields: object) =>
    (await socket.call('call_service', { return_response: true, ...fields })).error as {
      code: string;
      message: string;
      translation_key?: string;
    };

  test('a forecast has times with an offset, a condition and a temperature in the entity’s unit', async () => {
    const id = hourlyWeather();
    expect(link.mirror.entity(id)!.attributes.temperature_unit).toBe('°C');
    for (const type of ['hourly', 'daily']) {
      const answer = await ask('weather', 'get_forecasts', [id], { type });
      const { forecast } = answer[id] as { forecast: Record<string, unknown>[] };
      expect(forecast.length).toBeGreaterThan(3);
      for (const row of forecast) {
        expect(row.datetime).toMatch(offsetTime);
        expect(row).toMatchObject({
          condition: expect.any(String),
          temperature: expect.any(Number),
          precipitation: expect.any(Number),
          precipitation_probability: expect.any(Number),
        });
      }
      if (type === 'daily') expect(forecast[0]!.templow).toEqual(expect.any(Number));
    }
  });

  test('appointments come by calendar, with times or with dates', async () => {
    const window = {
      start_date_time: iso(systemClock.now() - dayMs),
      end_date_time: iso(systemClock.now() + 8 * dayMs),
    };
    const answer = await ask('calendar', 'get_events', ids('calendar'), window);
    expect(Object.keys(answer).sort()).toEqual(ids('calendar').sort());
    const events = Object.values(answer).flatMap((one) => (one as { events: object[] }).events);
    expect(events.length).toBeGreaterThan(0);
    for (const event of events as { start: string; end: string; summary: string }[]) {
      expect(event.summary).toEqual(expect.any(String));
      expect(event.start).toMatch(/^\d{4}-\d\d-\d\d(T.*[+-]\d\d:\d\d)?$/);
      expect(Date.parse(event.end)).toBeGreaterThan(Date.parse(event.start));
    }
  });

  test('a list answers its items', async () => {
    const [id] = ids('todo');
    const answer = await ask('todo', 'get_items', [id!], {});
    expect(answer[id!]).toEqual({ items: expect.any(Array) });
  });

  test('of several entities those that exist answer; none is an error', async () => {
    const id = hourlyWeather();
    const answer = await ask('weather', 'get_forecasts', [id, 'weather.nobody'], { type: 'daily' });
    expect(Object.keys(answer)).toEqual([id]);
    await expect(
      ask('weather', 'get_forecasts', ['weather.nobody'], { type: 'daily' }),
    ).rejects.toMatchObject({ code: 'home.call_failed' });
    const nobody = {
      domain: 'calendar',
      service: 'get_events',
      service_data: { duration: { hours: 1 } },
    };
    expect((await refusal(nobody)).code).toBe('invalid_format');
  });

  test('what answers must be asked for it, what does not must not, and wrong fields are named', async () => {
    const target = { entity_id: [hourlyWeather()] };
    const weather = { domain: 'weather', service: 'get_forecasts', target };
    const daily = { service_data: { type: 'daily' } };
    expect(await refusal({ ...weather, ...daily, return_response: false })).toMatchObject({
      code: 'service_validation_error',
      translation_key: 'service_lacks_response_request',
    });
    const dishwasher = { entity_id: ['switch.dishwasher'] };
    expect(
      await refusal({ domain: 'switch', service: 'turn_off', target: dishwasher }),
    ).toMatchObject({
      code: 'service_validation_error',
      translation_key: 'service_does_not_support_response',
    });
    expect(await refusal({ ...weather, service_data: { type: 'weekly' } })).toMatchObject({
      code: 'invalid_format',
      message: "value must be one of ['daily', 'hourly', 'twice_daily'] at 'type'",
    });
    expect(await refusal({ ...weather, service_data: {} })).toMatchObject({
      code: 'invalid_format',
      message: "required key not provided at 'type'",
    });
  });

  test('the home says which of its Actions answer, and Tomte asks none that could change something', async () => {
    const services =
      await socket.result<Record<string, Record<string, { response?: { optional: boolean } }>>>(
        'get_services',
      );
    for (const [domain, actions] of Object.entries(answeringActions)) {
      for (const action of actions) {
        const described = services[domain]?.[action];
        if (described)
          expect(described.response, `${domain}.${action}`).toEqual({ optional: false });
      }
    }
    for (const [domain, action] of [
      ['switch', 'turn_on'],
      ['todo', 'add_item'],
      ['calendar', 'create_event'],
      ['constructor', 'name'],
    ] as const) {
      const work = ask(domain, action, ['switch.dishwasher'], {});
      await expect(work, action).rejects.toMatchObject({ code: 'home.ask_refused' });
    }
    const prices = ask('tibber', 'get_prices', [], {});
    await expect(prices).rejects.toMatchObject({ code: 'home.action_unknown' });
  });
}
