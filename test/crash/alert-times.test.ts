import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { savePerson } from '../../src/alert/persons.ts';
import { saveRoute } from '../../src/alert/routes.ts';
import { night, openRoom, type Receiver, receiver } from '../../src/alert/testing.ts';
import { freshStore } from '../../src/store/testing.ts';
import type { TimesLife } from './alert-times-child.ts';
import { killPlaces, patienceMs } from './places.ts';

const child = fileURLToPath(new URL('./alert-times-child.ts', import.meta.url));
/** More queries than the story has: then nothing was cut any more and all places were tried. */
const placesMax = 600;

const live = (life: TimesLife): Promise<number | null> =>
  new Promise((resolve) => {
    spawn(process.execPath, ['--conditions=tomte-source', child, JSON.stringify(life)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }).once('close', (code) => resolve(code));
  });

/** What arrived, in the order of its first arrival, once an id. */
function told({ received }: Receiver): string[] {
  const messages = new Map<unknown, string>();
  for (const { headers, body } of received) {
    const { kind, title, text } = JSON.parse(body.toString()) as Record<string, string>;
    const standing = /^(Quiet until|Seen by \w+) [\d:]+/.exec(text ?? '')?.[0];
    const words = [kind, title, ...(standing ? [standing] : [])].join(' | ');
    const id = headers['tomte-delivery'];
    expect(messages.get(id) ?? words, 'one id, one message').toBe(words);
    messages.set(id, words);
  }
  return [...messages.values()];
}

/** The story in one life, or in two when it is killed at this query: what Maja and Ola were told. */
async function story(killAt: number, kill: TimesLife['kill']) {
  await using store = await freshStore();
  await using maja = await receiver(() => ({ status: 204 }));
  await using ola = await receiver(() => ({ status: 204 }));
  const room = await openRoom(store);
  const person = async (name: string, { url }: Receiver) => {
    const { id } = await room.alerts.saveChannel({
      ...{ kind: 'webhook', name, severities: ['now', 'today', 'digest'] },
      settings: { url, secret: 'a-long-secret-of-mine' },
    });
    return (await savePerson(store.db, { name, channels: [id] })).id;
  };
  const steps = [
    { persons: [await person('Maja', maja)], channels: [], afterMinutes: 0 },
    { persons: [await person('Ola', ola)], channels: [], afterMinutes: 5 },
  ];
  await saveRoute(store.db, { name: 'One after another', steps });
  const life = { connection: store.connection, kill, at: night };
  const code = await live({ ...life, killAt });
  if (code === null) expect(await live({ ...life, killAt: 0 })).toBe(0);
  return { cut: code === null, told: { maja: told(maja), ola: told(ola) } };
}

test.each(['before', 'after'] as const)(
  'killed %s any query, what the clock makes due still comes, once: the next person, the end of quiet and of holding off, the morning',
  { timeout: patienceMs },
  async (kill) => {
    const whole = await story(0, kill);
    expect(whole.told).toMatchInlineSnapshot(`
      {
        "maja": [
          "open | Water has run for 52 minutes",
          "update | Water has run for 52 minutes | Quiet until 03:01",
          "update | Water has run for 52 minutes",
          "update | Water has run for 52 minutes | Seen by Ola 03:09",
          "open | Door open",
          "open | Since yesterday: 1 thing",
          "over | Over",
        ],
        "ola": [
          "open | Water has run for 52 minutes",
          "update | Water has run for 52 minutes | Quiet until 03:01",
          "update | Water has run for 52 minutes",
          "open | Water has run for 52 minutes",
          "update | Water has run for 52 minutes | Seen by Ola 03:09",
          "open | Door open",
          "over | Over",
        ],
      }
    `);
    let cuts = 0;
    for (const killAt of killPlaces(placesMax, 23)) {
      const { cut, told } = await story(killAt, kill);
      expect(told, `${kill} query ${killAt}`).toEqual(whole.told);
      if (!cut) break;
      cuts++;
    }
    expect(cuts).toBeGreaterThan(5);
  },
);
