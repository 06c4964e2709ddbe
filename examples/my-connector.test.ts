import type { ConnectorContext } from '@tomte/sdk/connector';
import { expect, test } from 'vitest';
import myConnector from './my-connector.ts';

const settings = { server: 'https://bikes.example.org', key: 'a word for the key' };

/** The context that Tomte hands in, with a service that answers so. */
function context(status: number, body: unknown) {
  const asked: Request[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push(new Request(input, init));
    return Response.json(body, { status });
  };
  const home = { zone: 'Europe/Oslo', place: null, states: () => [], ask: async () => ({}) };
  const signal = new AbortController().signal;
  return {
    asked,
    context: { settings, fetch, home, signal, now: () => 0 } satisfies ConnectorContext<object>,
  };
}
const query = myConnector.query.parse({});

test('the example tells how many bicycles there are, for five minutes', async () => {
  const { asked, context: one } = context(200, { station: { bikes: 3, docks: 12 } });
  const { facts, validUntil } = await myConnector.fetch(one, query);
  expect([myConnector.facts.parse(facts), validUntil]).toEqual([{ bikes: 3, free: 9 }, 300_000]);
  expect(asked[0]!.url).toBe('https://bikes.example.org/stations/home');
  expect(asked[0]!.headers.get('x-api-key')).toBe(settings.key);
});

test.each([
  [503, {}, 'connect.source_unavailable'],
  [403, {}, 'connect.source_refused'],
  [200, { station: 'closed' }, 'connect.answer_invalid'],
])('the example ends an answer of %i %j as %s', async (status, body, code) => {
  const work = myConnector.fetch(context(status, body).context, query);
  await expect(work).rejects.toMatchObject({ code });
});
