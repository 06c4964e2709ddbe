/** Every text that Tomte's own alerts have, in every urgency and standing: short, without ids, three buttons at most. */
import { afterAll, expect, test } from 'vitest';
import type { Request } from '../alert/life.ts';
import { home, night, openRoom, receiver, water } from '../alert/testing.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { freshStore } from '../store/testing.ts';
import { questionOf } from './approval-words.ts';
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
    parts: {
      clock: { ...systemClock, now: () => night },
      workflows: new Map([['pump', { title: 'Water the garden' }]]),
    },
    settings: { actionsStopped: () => false },
    modes: { until: () => null },
    approvals: { spend: () => async () => ({ ok: true }) },
    homeSettings: { of: () => ({ buttonsEntity: null, ownUser: false }) },
    row: { id: home, user_id: 'u1' },
    entityName: () => 'Pump in the cellar',
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
    await ofADoubt(),
  ];
  expect(opened.map(({ title }) => title)).toEqual([
    'Water has run for 52 minutes',
    'I lost Home Assistant at 02:30',
    'Home Assistant refuses my token',
    'Home Assistant records nothing',
    'Toggle Pump in the cellar: was it done?',
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
      "Toggle Pump in the cellar: was it done? | It may be done. It must not happen twice, so it is not sent again: please look. Water the garden asked for it. Toggle Pump in the cellar.",
      "Toggle Pump in the cellar: was it done? | Quiet until 07:41. It may be done. It must not happen twice, so it is not sent again: please look. Water the garden asked for it. Toggle Pump in the cellar.",
      "Toggle Pump in the cellar: was it done? | Seen by Maja 02:41. It may be done. It must not happen twice, so it is not sent again: please look. Water the garden asked for it. Toggle Pump in the cellar.",
    ]
  `);
});

const valve = () => ({
  domain: 'valve',
  action: 'close_valve',
  entities: ['valve.main'],
  data: {},
});

test('what is no alert fits a lock screen too: held back, a channel that fails, the morning, a question', async () => {
  await using deaf = await receiver(() => ({ status: 404 }));
  const fresh = await freshStore();
  const room = await openRoom(fresh);
  await room.alerts.saveChannel({
    ...{ kind: 'companion-app', name: 'Maja', home },
    settings: { action: 'notify.mobile_app_maja' },
  });
  await room.alerts.saveChannel({
    ...{ kind: 'webhook', name: 'The old tablet in the hall beside the kitchen door', home },
    settings: { url: deaf.url, secret: 'sixteen-characters-at-least' },
  });
  const title = 'Underground garage door open for 25 minutes';
  for (let n = 0; n < 25; n++)
    await room.alerts.open(water({ key: `door:${n}`, title, severity: 'today' }));
  await room.alerts.drain();
  room.clock.pass(6 * 60 * minute);
  await room.alerts.drain();
  const messages = room.voice.told
    .map(({ data }) => ({ title: String(data.title), text: String(data.message) }))
    .filter((one) => one.title !== title);
  await fresh.close();
  const names = ['Front door of the main house', 'Back door', 'Garage door', 'Cellar door'];
  const asked = {
    ...{
      id: 'a',
      home,
      workflow: 'w',
      run: null,
      position: null,
      expiresAt: night,
      fallback: 'no',
    },
    reason: '',
  };
  for (const entities of [['lock.0'], ['lock.0', 'lock.1', 'lock.2', 'lock.3']]) {
    const question = questionOf(
      {
        ...asked,
        kind: 'action',
        action: { domain: 'lock', action: 'unlock', entities, data: {} },
      },
      {
        ...{ name: 'Villa Berg', zone: 'Europe/Oslo', workflowTitle: () => 'Let the craftsman in' },
        entityName: (id) => names[Number(id.at(-1))]!,
      },
    );
    // A yes is to all of it, so all of it is named.
    for (const id of entities)
      expect(`${question.title} ${question.text}`).toContain(names[Number(id.at(-1))]!);
    expect(question.options.length).toBeLessThanOrEqual(3);
    messages.push(question);
  }
  for (const message of messages) {
    expect(message.title.length, message.title).toBeLessThanOrEqual(titleMax);
    expect(message.title.length + message.text.length, message.text).toBeLessThanOrEqual(wholeMax);
  }
  expect(messages.map((one) => `${one.title} | ${one.text}`)).toMatchInlineSnapshot(`
    [
      "Could not reach The old tablet in the hall b… | “Underground garage door open for 25 minutes” did not arrive there. The webhook answered 404. The channel refused the message. Check its settings.",
      "Held back: 15 alerts | Too many at once. The newest: Underground garage door open for 25 minutes. All stand under Watch, and in the morning I name them again.",
      "Since yesterday: 15 things | 15 held back, too many at once. Nothing of it needs you now.",
      "Unlock Front door of the main house? | Let the craftsman in asks for this. It is done only with your yes, once.",
      "Unlock Front door of the main house, Back do… | Unlock Front door of the main house, Back door, Garage door, Cellar door. Let the craftsman in asks for this. It is done only with your yes, once.",
    ]
  `);
});
