/** Every text that Tomte's own alerts have, in every urgency and standing: short, without ids, three buttons at most. */
import { afterAll, expect, test } from 'vitest';
import type { Request } from '../alert/life.ts';
import { home, night, openRoom, water } from '../alert/testing.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { freshStore } from '../store/testing.ts';
import { doorParts } from './door-parts.ts';
import { watchHome } from './watch-home.ts';

const store = await freshStore();
afterAll(() => store.close());
const minute = 60_000;
const titleMax = 45;
const wholeMax = 240;

type Opened = Omit<Request, 'home'>;

/** What the home itself is told for, as the watch words it. */
async function ofTheHome(state: object, recording: boolean): Promise<Opened[]> {
  const found: Opened[] = [];
  let tick = () => {};
  const watch = watchHome(
    {
      ...{ home, name: 'Villa Berg', zone: 'Europe/Oslo' },
      link: {
        state: { asOf: night - 11 * minute, since: night, ...state } as never,
        onState: () => () => {},
        call: async () => ({ recording }),
        mirror: {
          infos: () =>
            ['Front door', 'Terrace door', 'Bedroom window'].map((name, n) => ({
              ...{ id: `binary_sensor.d${n}`, name, domain: 'binary_sensor', deviceClass: 'door' },
              ...{ unit: null, stateClass: null, area: null, labels: [] },
            })) as never,
          entity: () => ({ state: 'on' }),
        },
      },
    },
    {
      alerts: {
        open: async (request) => {
          found.push(request);
          return { id: 'a' };
        },
        resolve: async () => {},
      },
      clock: {
        ...systemClock,
        now: () => night,
        every: (_, callback) => {
          tick = callback;
          return () => {};
        },
      },
      log: silentLog,
    },
  );
  tick();
  await watch.close();
  return found;
}

async function ofADoubt(): Promise<Opened> {
  let found: Opened | null = null;
  const { onDoubt } = doorParts({
    parts: { clock: { ...systemClock, now: () => night } },
    settings: { actionsStopped: () => false },
    modes: { until: () => null },
    approvals: { spend: () => async () => ({ ok: true }) },
    homeSettings: { of: () => ({ buttonsEntity: null, ownUser: false }) },
    row: { id: home, user_id: 'u1' },
    alerts: {
      open: async (request: Opened) => {
        found = request;
        return { id: 'a' };
      },
    },
  } as never);
  const action = { domain: 'switch', action: 'toggle', entities: ['switch.pump'], data: {} };
  await onDoubt!({ home, key: 'k', askedBy: 'workflow:pump', action }, 'It may be done');
  return found!;
}

test('the words of an alert fit a lock screen, in every urgency and standing', async () => {
  const opened: Opened[] = [
    water({ action: { label: 'Close valve…', action: valve() } }),
    ...(await ofTheHome({ kind: 'stale', error: null }, true)),
    ...(await ofTheHome({ kind: 'stopped', error: new Error('Home Assistant refused it') }, true)),
    ...(await ofTheHome({ kind: 'live' }, false)),
  ];
  expect(opened.map(({ title }) => title)).toEqual([
    'Water has run for 52 minutes',
    'I lost Home Assistant at 02:30',
    'Home Assistant refuses my token',
    'Home Assistant records nothing',
  ]);
  const seen = new Set<string>();
  for (const severity of ['now', 'today'] as const) {
    for (const [n, request] of opened.entries()) {
      const room = await openRoom(store);
      // An administrator's token hears buttons.
      Object.assign(room.voice, { hearsButtons: true });
      await room.alerts.saveChannel({
        ...{ kind: 'companion-app', name: 'Maja', home },
        settings: { action: 'notify.mobile_app_maja' },
      });
      const { dependsOn: _, holdOff: __, ...plain } = request;
      const asked = { ...plain, home, severity, key: `${n} ${severity}`, at: night };
      const { id } = await room.alerts.open(asked);
      await room.alerts.drain();
      await room.alerts.acknowledge(id, 'Maja');
      await room.alerts.drain();
      await room.alerts.quiet(id, night + 300 * minute);
      await room.alerts.drain();
      for (const { data } of room.voice.told) {
        const { title, message } = data as { title: string; message: string };
        const { actions = [] } = data.data as { actions?: unknown[] };
        expect(title.length, title).toBeLessThanOrEqual(titleMax);
        expect(title.length + message.length, message).toBeLessThanOrEqual(wholeMax);
        expect(`${title} ${message}`).not.toMatch(
          /\b(sensor|binary_sensor|switch|valve)\.[a-z0-9_]+/,
        );
        expect(actions.length).toBeLessThanOrEqual(3);
        seen.add(`${title} | ${message}`);
      }
    }
  }
  expect([...seen].filter((text) => !text.startsWith('Water')).toSorted()).toMatchInlineSnapshot(`
    [
      "Home Assistant records nothing | Its recorder has stopped, so what happens now cannot be looked at later, nor caught up on after a gap. Restart Home Assistant; if it stays so, its disk may be full.",
      "Home Assistant records nothing | Quiet until 07:41. Its recorder has stopped, so what happens now cannot be looked at later, nor caught up on after a gap. Restart Home Assistant; if it stays so, its disk may be full.",
      "Home Assistant records nothing | Seen by Maja 02:41. Its recorder has stopped, so what happens now cannot be looked at later, nor caught up on after a gap. Restart Home Assistant; if it stays so, its disk may be full.",
      "Home Assistant refuses my token | Home Assistant refused it. I do not try again by myself, and until it is linked anew I see nothing. Link it again with a new token.",
      "Home Assistant refuses my token | Quiet until 07:41. Home Assistant refused it. I do not try again by myself, and until it is linked anew I see nothing. Link it again with a new token.",
      "Home Assistant refuses my token | Seen by Maja 02:41. Home Assistant refused it. I do not try again by myself, and until it is linked anew I see nothing. Link it again with a new token.",
      "I lost Home Assistant at 02:30 | It does not answer. Until it is back I cannot see the home; I keep trying and will catch up on what I missed.",
      "I lost Home Assistant at 02:30 | Quiet until 07:41. It does not answer. Until it is back I cannot see the home; I keep trying and will catch up on what I missed.",
      "I lost Home Assistant at 02:30 | Seen by Maja 02:41. It does not answer. Until it is back I cannot see the home; I keep trying and will catch up on what I missed.",
    ]
  `);
});

test('a doubt names what it is about and asks to look', async () => {
  const { title, text } = await ofADoubt();
  expect(title.length).toBeLessThanOrEqual(titleMax);
  expect(title.length + text.length).toBeLessThanOrEqual(wholeMax);
});

const valve = () => ({
  domain: 'valve',
  action: 'close_valve',
  entities: ['valve.main'],
  data: {},
});
