import type { IncomingMessage, ServerResponse } from 'node:http';
import { isError, type TomteError } from '@tomte/sdk/errors';
import { afterEach, describe, expect, test } from 'vitest';
import { type Listening, listenHttp } from '../../../test/kit/listen.ts';
import { fakeHome, fetchOf, morning, stateOf } from '../testing.ts';
import calendar from './calendar.ts';
import httpJson from './http-json.ts';
import weather from './weather.ts';

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
async function server(
  answer: (url: URL, response: ServerResponse, request: IncomingMessage) => void,
) {
  const seen: { url: URL; headers: IncomingMessage['headers'] }[] = [];
  const listening = await listenHttp((request, _body, response) => {
    const url = new URL(request.url!, 'http://x');
    seen.push({ url, headers: request.headers });
    answer(url, response, request);
  });
  open.push(listening);
  return { ...listening, seen };
}
const json = (value: unknown) => (_: URL, response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

async function faultOf(work: Promise<unknown>): Promise<TomteError> {
  const error = await work.then(
    () => new Error('it was answered'),
    (cause: unknown) => cause,
  );
  if (!isError(error)) throw error;
  return error;
}

describe('JSON from an address', () => {
  const answer = { prices: [{ total: '0.31', up: true }], unit: 'EUR' };

  test('is the value at its place, of the kind that is expected', async () => {
    const source = await server(json(answer));
    const settings = {
      url: `${source.url}/now?x=1`,
      pointer: '$.prices[0].total',
      expect: 'number',
    };
    const { facts, validUntil } = await fetchOf(httpJson, { ...settings, everyMinutes: 5 });
    expect([facts, validUntil]).toEqual([0.31, morning + 5 * 60_000]);
    const of = async (pointer: string, expected: string) =>
      (await fetchOf(httpJson, { url: source.url, pointer, expect: expected })).facts;
    expect(await of('unit', 'text')).toBe('EUR');
    expect(await of('prices[0].up', 'yes or no')).toBe(true);
    expect(await of('prices', 'list')).toEqual(answer.prices);
    expect(await of('', 'object')).toEqual(answer);
    for (const [pointer, expected] of [
      ['unit', 'number'],
      ['prices[0].total', 'yes or no'],
      ['unit', 'list'],
      ['prices', 'object'],
    ] as const) {
      const fault = await faultOf(of(pointer, expected));
      expect(fault.message).toBe(`The value is not of the kind: ${expected}`);
    }
  });

  test('sends its secret where {secret} stands', async () => {
    const source = await server(json(1));
    await fetchOf(httpJson, {
      url: `${source.url}/v1?key={secret}`,
      headers: { authorization: 'Bearer {secret}' },
      secret: 'word-for-it',
    });
    expect(source.seen[0]!.url.search).toBe('?key=word-for-it');
    expect(source.seen[0]!.headers).toMatchObject({
      authorization: 'Bearer word-for-it',
      accept: 'application/json',
    });
  });

  test('wants settings that make sense', () => {
    const wrong = [
      { url: 'ftp://example.org/' },
      { url: 'https://example.org', pointer: 'a..b' },
      { url: 'https://example.org/{secret}' },
      { url: 'https://example.org', headers: { 'x y': '1' } },
      { url: 'https://example.org', everyMinutes: 0 },
    ];
    for (const settings of wrong) expect(httpJson.settings.safeParse(settings).success).toBe(false);
  });

  test.each([
    [503, 'connect.source_unavailable'],
    [429, 'connect.source_unavailable'],
    [401, 'connect.source_refused'],
    [404, 'connect.source_refused'],
  ])('that answers %i is %s', async (status, code) => {
    const source = await server((_, response) => void response.writeHead(status).end('{}'));
    expect((await faultOf(fetchOf(httpJson, { url: source.url }))).code).toBe(code);
  });

  test.each(['<html>word of it</html>', '', `${'['.repeat(200_000)}`])(
    'that is no JSON is told without its words',
    async (body) => {
      const source = await server((_, response) => void response.end(body));
      const fault = await faultOf(fetchOf(httpJson, { url: source.url }));
      expect(fault).toMatchObject({ code: 'connect.answer_invalid' });
      expect(JSON.stringify(fault) + String(fault.cause)).not.toContain('word of it');
    },
  );
});

describe('weather', () => {
  const units = {
    temperature_unit: '°F',
    precipitation_unit: 'in',
    wind_speed_unit: 'mph',
  };
  const rows = [
    {
      datetime: '2026-11-21T11:00:00+01:00',
      condition: 'rainy',
      temperature: 50,
      precipitation: 0.1,
      precipitation_probability: 60,
      wind_speed: 10,
    },
    { datetime: '2026-11-21T12:00:00.123456+01:00', condition: null, temperature: null },
  ];
  const homeWith = (features: number, forecast: unknown = rows) =>
    fakeHome({
      entities: [stateOf('weather.a', { ...units, supported_features: features })],
      ask: async () => ({ 'weather.a': { forecast } }),
    });

  test('of the home is asked from the entity that has it, and comes in metric', async () => {
    const home = homeWith(2);
    const { facts, validUntil } = await fetchOf(weather, {}, { home });
    expect(home.asked).toEqual([
      { action: 'weather.get_forecasts', entities: ['weather.a'], data: { type: 'hourly' } },
    ]);
    expect(validUntil).toBe(morning + 30 * 60_000);
    expect(facts).toEqual({
      source: 'home',
      entity: 'weather.a',
      kind: 'hourly',
      forecast: [
        {
          at: '2026-11-21T10:00:00.000Z',
          condition: 'rainy',
          temperatureC: 10,
          temperatureLowC: null,
          precipitationMm: 2.54,
          precipitationPercent: 60,
          windKmh: 16.09,
          cloudPercent: null,
          solarWm2: null,
        },
        expect.objectContaining({ at: '2026-11-21T11:00:00.123Z', temperatureC: null }),
      ],
    });
    expect(weather.facts.safeParse(facts).success).toBe(true);
  });

  test('that the home does not have is said, and nobody else is asked', async () => {
    for (const home of [homeWith(1), fakeHome()]) {
      const fault = await faultOf(fetchOf(weather, {}, { home }));
      expect(fault.message).toBe('The home has no hourly forecast');
    }
    const named = { entity: 'weather.b' };
    const fault = await faultOf(fetchOf(weather, named, { home: homeWith(2) }));
    expect(fault.message).toBe('weather.b has no hourly forecast');
    for (const odd of ['none', [], [{ datetime: 'soon' }]]) {
      const { code } = await faultOf(fetchOf(weather, {}, { home: homeWith(2, odd) }));
      expect(code).toBe('connect.answer_invalid');
    }
  });

  /** As api.open-meteo.com answers: see https://open-meteo.com/en/docs. */
  function openMeteo(url: URL, response: ServerResponse): void {
    const refuse = (status: number, reason: string) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: true, reason }));
    const q = url.searchParams;
    if (url.pathname !== '/v1/forecast') return void refuse(404, 'Not Found');
    for (const name of ['latitude', 'longitude']) {
      if (!/^-?\d+\.\d+$/.test(q.get(name) ?? '')) {
        return void refuse(400, `Parameter '${name}' is required`);
      }
    }
    if (q.has('daily') && !q.has('timezone')) return void refuse(400, 'Timezone is required');
    const kind = q.has('daily') ? 'daily' : 'hourly';
    const known: Record<string, [string, number]> = {
      temperature_2m: ['°C', 4.3],
      temperature_2m_max: ['°C', 6.1],
      temperature_2m_min: ['°C', -1.2],
      precipitation: ['mm', 0.4],
      precipitation_sum: ['mm', 3.1],
      precipitation_probability: ['%', 35],
      precipitation_probability_max: ['%', 80],
      weather_code: ['wmo code', 61],
      wind_speed_10m: ['km/h', 12.6],
      wind_speed_10m_max: ['km/h', 21.7],
      cloud_cover: ['%', 88],
      shortwave_radiation: ['W/m²', 41],
      is_day: ['', 1],
    };
    const names = (q.get(kind) ?? '').split(',');
    const strange = names.find((name) => !known[name]);
    if (strange) {
      const reason = `Data corrupted at path ''. Cannot initialize ${strange} from invalid String value.`;
      return void refuse(400, reason);
    }
    const stepSeconds = kind === 'hourly' ? 3600 : 86_400;
    const count =
      kind === 'hourly' ? 24 * Number(q.get('forecast_days')) : Number(q.get('forecast_days'));
    const midnight = Date.UTC(2026, 10, 21) / 1000 - (kind === 'daily' ? 3600 : 0);
    const column = <T>(value: (at: number) => T) =>
      Array.from({ length: count }, (_, at) => value(at));
    json({
      latitude: 59.91,
      longitude: 10.76,
      generationtime_ms: 0.117,
      utc_offset_seconds: kind === 'daily' ? 3600 : 0,
      timezone: q.get('timezone'),
      timezone_abbreviation: 'GMT+1',
      elevation: 12,
      [`${kind}_units`]: {
        time: q.get('timeformat') === 'unixtime' ? 'unixtime' : 'iso8601',
        ...Object.fromEntries(names.map((name) => [name, known[name]![0]])),
      },
      [kind]: {
        time: column((at) => midnight + at * stepSeconds),
        // Some models do not reach to the end.
        ...Object.fromEntries(
          names.map((name) => [name, column((at) => (at < count - 1 ? known[name]![1] : null))]),
        ),
      },
    })(url, response);
  }

  test('of Open-Meteo is taken where the home has none and the person allowed it', async () => {
    const source = await server(openMeteo);
    const settings = { openMeteo: true, openMeteoUrl: source.url };
    const { facts } = await fetchOf(weather, settings, { home: homeWith(1) });
    const { forecast, ...rest } = weather.facts.parse(facts);
    expect(rest).toEqual({ source: 'open-meteo', entity: null, kind: 'hourly' });
    // The morning’s hours are over: from 09:00 on, at 09:20.
    expect(forecast).toHaveLength(72 - 9);
    expect(forecast[0]).toEqual({
      at: '2026-11-21T09:00:00.000Z',
      condition: 'rainy',
      temperatureC: 4.3,
      temperatureLowC: null,
      precipitationMm: 0.4,
      precipitationPercent: 35,
      windKmh: 12.6,
      cloudPercent: 88,
      solarWm2: 41,
    });
    expect(forecast.at(-1)).toMatchObject({ temperatureC: null, condition: null });
    const query = source.seen[0]!.url.searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      latitude: '59.91',
      longitude: '10.75',
      timeformat: 'unixtime',
      timezone: 'GMT',
    });
    expect(query.has('apikey')).toBe(false);
  });

  test('of Open-Meteo comes by days of the home too, and with the key of a paid plan', async () => {
    const source = await server(openMeteo);
    const settings = { openMeteo: true, openMeteoUrl: source.url, openMeteoKey: 'key-1' };
    const { facts } = await fetchOf(weather, settings, { query: { kind: 'daily' } });
    const { forecast } = weather.facts.parse(facts);
    expect(forecast).toHaveLength(7);
    expect(forecast[0]).toMatchObject({
      at: '2026-11-20T23:00:00.000Z',
      temperatureC: 6.1,
      temperatureLowC: -1.2,
      precipitationMm: 3.1,
    });
    const query = source.seen[0]!.url.searchParams;
    expect([query.get('apikey'), query.get('timezone')]).toEqual(['key-1', 'Europe/Oslo']);
  });

  test('of Open-Meteo that cannot be had is told by what is wrong', async () => {
    const settings = (url: string) => ({ openMeteo: true, openMeteoUrl: url });
    const limited = await server((_, response) =>
      response
        .writeHead(429)
        .end(
          '{"error":true,"reason":"Minutely API request limit exceeded. Please try again in one minute."}',
        ),
    );
    const fault = await faultOf(fetchOf(weather, settings(limited.url)));
    expect(fault).toMatchObject({ code: 'connect.source_unavailable', details: { status: 429 } });
    const inFahrenheit = await server((url, response) => {
      const chunks: string[] = [];
      const end = response.end.bind(response) as (text: string) => ServerResponse;
      response.end = ((text: string) => {
        chunks.push(text);
        return end(text.replaceAll('"°C"', '"°F"'));
      }) as typeof response.end;
      openMeteo(url, response);
    });
    const odd = await faultOf(fetchOf(weather, settings(inFahrenheit.url)));
    expect(odd.message).toBe('Open-Meteo does not answer with temperature_2m in °C');
    const nowhere = fakeHome({ place: null });
    const lost = await faultOf(fetchOf(weather, settings(limited.url), { home: nowhere }));
    expect(lost.message).toBe('The home does not say where it is');
  });
});

describe('calendar', () => {
  const entities = [stateOf('calendar.family'), stateOf('calendar.waste')];
  const ask = async () => ({
    'calendar.family': {
      events: [
        {
          start: '2026-11-21T18:00:00+01:00',
          end: '2026-11-21T19:30:00+01:00',
          summary: 'Choir',
          location: 'Town hall',
        },
      ],
    },
    'calendar.waste': { events: [{ start: '2026-11-21', end: '2026-11-22', summary: 'Paper' }] },
  });

  test('tells what stands in all of them, in order, whole days from midnight to midnight of the home', async () => {
    const home = fakeHome({ entities, ask });
    const { facts } = await fetchOf(calendar, {}, { home, query: { hours: 24 } });
    expect(home.asked).toEqual([
      {
        action: 'calendar.get_events',
        entities: ['calendar.family', 'calendar.waste'],
        data: {
          start_date_time: '2026-11-21T09:20:00.000Z',
          end_date_time: '2026-11-22T09:20:00.000Z',
        },
      },
    ]);
    expect(calendar.facts.parse(facts).events).toEqual([
      {
        calendar: 'calendar.waste',
        summary: 'Paper',
        start: '2026-11-20T23:00:00.000Z',
        end: '2026-11-21T23:00:00.000Z',
        allDay: true,
        location: null,
        description: null,
      },
      expect.objectContaining({
        summary: 'Choir',
        start: '2026-11-21T17:00:00.000Z',
        end: '2026-11-21T18:30:00.000Z',
        allDay: false,
        location: 'Town hall',
      }),
    ]);
  });

  test('reads only those that were chosen, and says which is missing', async () => {
    const home = fakeHome({ entities, ask });
    const settings = { calendars: ['calendar.waste'] };
    await fetchOf(calendar, settings, { home });
    await fetchOf(calendar, {}, { home, query: { calendars: ['calendar.family'] } });
    expect(home.asked).toMatchObject([
      { entities: ['calendar.waste'] },
      { entities: ['calendar.family'] },
    ]);
    const gone = fetchOf(calendar, { calendars: ['calendar.work'] }, { home });
    expect((await faultOf(gone)).message).toBe('There is no calendar.work in the home');
    expect((await faultOf(fetchOf(calendar, {}))).message).toBe('The home has no such calendar');
  });

  test.each([[{ events: 'none' }], [{ events: [{ start: 'soon', end: 'later' }] }], [undefined]])(
    'that answers otherwise is not believed: %j',
    async (answer) => {
      const home = fakeHome({
        entities: [stateOf('calendar.family')],
        ask: async () => ({ 'calendar.family': answer }),
      });
      expect((await faultOf(fetchOf(calendar, {}, { home }))).code).toBe('connect.answer_invalid');
    },
  );
});
