/**
 * A connector of your own: copy it to `<data>/connectors/` and change it. This one asks how full the
 * bicycle station in front of the door is.
 */
import { defineConnector } from '@tomte/sdk/connector';
import { TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';

/** As the service answers; more than that is not looked at. */
const answered = z.object({ station: z.object({ bikes: z.int(), docks: z.int() }) });

export default defineConnector({
  title: 'Bicycle station',
  text: 'How many bicycles stand at a station.',
  settings: z.strictObject({
    server: z.url().describe('Address of the service, such as https://bikes.example.org'),
    key: secret({ description: 'Key of the service', hostOf: 'server' }),
  }),
  query: z.strictObject({
    station: z.string().default('home').describe('Which station'),
  }),
  facts: z.object({ bikes: z.int(), free: z.int() }),

  async fetch({ settings: { server, key }, fetch, signal, now }, { station }) {
    const url = new URL(`/stations/${encodeURIComponent(station)}`, server);
    // `key` is a word for the key; it becomes the key on the way to `server`, and nowhere else.
    const response = await fetch(url, { headers: { 'x-api-key': key }, signal });
    if (!response.ok) {
      const code = response.status >= 500 ? 'connect.source_unavailable' : 'connect.source_refused';
      throw new TomteError(code, `The bicycle service answered ${response.status}`);
    }
    const parsed = answered.safeParse(await response.json());
    if (!parsed.success) {
      throw new TomteError('connect.answer_invalid', 'The bicycle service answers otherwise');
    }
    const { bikes, docks } = parsed.data.station;
    return { facts: { bikes, free: docks - bikes }, validUntil: now() + 5 * 60_000 };
  },
});
