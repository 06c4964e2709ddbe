/** Asked, told on every channel, answered once: by the app, the page behind a link, or a button on a phone. */
import type { Action } from '@tomte/sdk/home';
import type { LiveEvent } from '@tomte/sdk/types';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { removePerson, savePerson } from '../alert/persons.ts';
import {
  type HandClock,
  handClock,
  home,
  night,
  openRoom,
  type Room,
  testKey,
} from '../alert/testing.ts';
import { silentLog } from '../lib/log.ts';
import { freshStore } from '../store/testing.ts';
import type { Asked } from './approval-words.ts';
import { type Answer, type Approvals, openApprovals } from './approvals.ts';

const store = await freshStore();
afterAll(() => store.close());
const minute = 60_000;
const unlock: Action = { domain: 'lock', action: 'unlock', entities: ['lock.front'], data: {} };

interface Desk {
  readonly room: Room;
  readonly clock: HandClock;
  readonly approvals: Approvals;
  readonly answers: (Answer & { approval: string })[];
  readonly events: LiveEvent[];
  /** What the clock brings: ends, cancellations, answers nobody heard. */
  tick(): Promise<void>;
}

async function desk(clock = handClock()): Promise<Desk> {
  const answers: Desk['answers'] = [];
  const events: LiveEvent[] = [];
  const ticks: (() => void)[] = [];
  const every = (tick: () => void) => {
    ticks.push(tick);
    return () => {};
  };
  const room = await openRoom(store, {
    clock,
    publicUrl: () => 'https://tomte.example.org',
    choose: async ({ approval, option, by }) => {
      await approvals.answer(approval, { answer: option, by });
    },
  });
  await addRun();
  const approvals: Approvals = openApprovals({
    parts: {
      store,
      key: testKey,
      clock: { ...clock, every: (_ms, tick) => every(tick) },
      log: silentLog,
      publish: (event) => events.push(event),
    },
    alerts: room.alerts,
    homes: () => [home],
    home: () => ({
      name: 'Villa Berg',
      zone: 'Europe/Oslo',
      entityName: (id) => (id === 'lock.front' ? 'Front door' : id),
      workflowTitle: () => 'Let the craftsman in',
    }),
    answered: async (approval, answer) => void answers.push({ approval, ...answer }),
  });
  const tick = async () => {
    for (const one of ticks) one();
    await approvals.stop();
  };
  return { room, clock, approvals, answers, events, tick };
}

beforeEach(async () => {
  for (const table of ['deliveries', 'alerts', 'waits', 'approvals', 'runs', 'channels'] as const) {
    await store.db.deleteFrom(table).execute();
  }
});

async function addRun(id = 'run-1'): Promise<void> {
  await store.db
    .insertInto('runs')
    .values({ id, home_id: home, workflow: 'w', trigger: '{}', reason: 'r', state: 'waiting' })
    .onConflict((c) => c.doNothing())
    .execute();
}
const action = (over: Partial<Asked> = {}): Asked =>
  ({
    ...{ id: 'a1', home, workflow: 'w', run: 'run-1', position: 3, fallback: 'no' },
    ...{ expiresAt: night + 10 * minute, kind: 'action', action: unlock, reason: 'lock.unlock' },
    ...over,
  }) as Asked;
const question = (over: object = {}): Asked =>
  ({
    ...{ id: 'q1', home, workflow: 'w', run: 'run-1', position: 4, fallback: 'wait' },
    ...{
      expiresAt: night + 600 * minute,
      kind: 'question',
      title: 'Boil now?',
      text: 'It is dear.',
    },
    options: [
      { id: 'boil', label: 'Boil', danger: true },
      { id: 'wait', label: 'Wait' },
    ],
    ...over,
  }) as Asked;

async function phone(d: Desk) {
  await d.room.alerts.saveChannel({
    kind: 'companion-app',
    name: 'Maja',
    home,
    settings: { action: 'notify.mobile_app_maja' },
  });
  (d.room.voice as { hearsButtons: boolean }).hearsButtons = true;
}
/** The newest push: its title, and the words of its buttons by label. */
function pushed(d: Desk) {
  const { title, message, data } = d.room.voice.told.at(-1)!.data as {
    title: string;
    message: string;
    data: { tag: string; actions?: { action: string; title: string; destructive?: boolean }[] };
  };
  const actions = data.actions ?? [];
  const words = actions.map(({ action: word }) => word.slice('TOMTE '.length));
  return { title, message, tag: data.tag, actions, words };
}

test('an Action is asked for with No in front, and a yes is told everywhere it was asked', async () => {
  const d = await desk();
  await phone(d);
  await d.approvals.ask(action());
  await d.room.alerts.drain();
  const asked = pushed(d);
  expect(asked).toMatchObject({
    title: 'Unlock Front door?',
    message: 'Let the craftsman in asks for this. It is done only with your yes, once.',
    actions: [
      { title: 'No' },
      { title: 'Yes, unlock Front door', destructive: true, authenticationRequired: true },
    ],
  });
  for (const { action: word } of asked.actions) expect(word.length).toBeLessThanOrEqual(255);
  // It is a question, no alert.
  expect(await d.room.alerts.list()).toEqual([]);
  d.clock.pass(3 * minute);
  await d.room.alerts.links.press(asked.words[1]!);
  await d.room.alerts.drain();
  expect(pushed(d)).toMatchObject({ title: 'Maja said yes 02:44', tag: asked.tag, actions: [] });
  expect(d.answers).toEqual([
    { approval: 'a1', answer: 'yes', by: 'Maja', at: night + 3 * minute },
  ]);
  expect(await d.approvals.list({ home })).toMatchObject([
    { id: 'a1', state: 'answered', answer: 'yes', answeredBy: 'Maja', fallback: 'no' },
  ]);
  expect(d.events.map((event) => 'state' in event && event.state)).toEqual(['open', 'answered']);
});

test('asked again after a crash it is the same question, told once', async () => {
  const d = await desk();
  await phone(d);
  await d.approvals.ask(action());
  await d.approvals.ask(action());
  await d.room.alerts.drain();
  expect(d.room.voice.told).toHaveLength(1);
  await d.approvals.answer('a1', { answer: 'no', by: null });
  await d.approvals.ask(action());
  await d.room.alerts.drain();
  expect(d.room.voice.told.map(({ data }) => data.title)).toEqual([
    'Unlock Front door?',
    // An iPhone does not replace what rang through silent mode: it is taken away first.
    undefined,
    expect.stringMatching(/^Somebody said no/),
  ]);
});

test('words that are forged, altered, of another key, replayed or too old answer nothing', async () => {
  const d = await desk();
  await phone(d);
  await d.approvals.ask(action());
  await d.room.alerts.drain();
  const [no, yes] = pushed(d).words as [string, string];
  const [body, mac] = no.split('.') as [string, string];
  const decoded = Buffer.from(body, 'base64url').toString();
  const altered = Buffer.from(decoded.replace(/no$/, 'yes')).toString('base64url');
  const longer = Buffer.from(decoded.replace(/\n[^\n]+\n/, '\nzzzzzzz\n')).toString('base64url');
  for (const word of [`${altered}.${mac}`, `${longer}.${mac}`, `${body}.`, 'x', `${yes}A`, '']) {
    await expect(d.room.alerts.links.press(word), word).rejects.toMatchObject({
      code: 'api.link_expired',
    });
  }
  expect(d.answers).toEqual([]);
  await d.room.alerts.links.press(no);
  for (const word of [no, yes]) {
    await expect(d.room.alerts.links.press(word)).rejects.toMatchObject({
      code: 'approval.closed',
      message: 'Maja said no 02:41',
    });
  }
  expect(d.answers).toHaveLength(1);

  await d.room.alerts.drain();
  await d.approvals.ask(action({ id: 'a2' }));
  await d.room.alerts.drain();
  const late = pushed(d).words[1]!;
  d.clock.pass(10 * minute);
  await expect(d.room.alerts.links.press(late)).rejects.toMatchObject({ code: 'api.link_expired' });
  const direct = d.approvals.answer('a2', { answer: 'yes', by: null });
  await expect(direct).rejects.toMatchObject({ code: 'approval.closed' });
});

test('the page behind a link shows all options, the harmless first; only its POST answers', async () => {
  const d = await desk();
  await phone(d);
  await d.approvals.ask(question());
  await d.room.alerts.drain();
  const { words, actions } = pushed(d);
  expect(actions.map(({ title }) => title)).toEqual(['Wait', 'Boil']);
  const shown = await d.room.alerts.links.show(words[1]!);
  expect(shown).toMatch(/Wait<\/button>.*class="danger"><button>Boil/);
  expect(d.answers).toEqual([]);
  const done = await d.room.alerts.links.act(words[1]!);
  expect(done).toContain('Maja said “Boil” 02:41');
  expect(done).not.toContain('<form');
  // Once more it says so again, and changes nothing.
  expect(await d.room.alerts.links.act(words[0]!)).toContain('Maja said “Boil” 02:41');
  expect(d.answers).toMatchObject([{ answer: 'boil', by: 'Maja' }]);
});

test('whose yes does not count may not answer, by button or link; once it counts, it does', async () => {
  const d = await desk();
  await phone(d);
  const [channel] = await d.room.alerts.channels();
  const ola = await savePerson(store.db, {
    ...{ name: 'Ola', channels: [channel!.id], maySayYes: false },
  });
  await d.approvals.ask(action());
  await d.room.alerts.drain();
  const [no, yes] = pushed(d).words as [string, string];
  for (const word of [no, yes]) {
    const refusal = { code: 'person.not_allowed', message: 'Ola may not answer this' };
    await expect(d.room.alerts.links.press(word)).rejects.toMatchObject(refusal);
    await expect(d.room.alerts.links.act(word)).rejects.toMatchObject(refusal);
  }
  expect(d.answers).toEqual([]);
  expect(await d.approvals.list({ state: 'open' })).toHaveLength(1);
  // A phone of two: one whose yes counts is enough.
  const maja = await savePerson(store.db, { name: 'Maja', channels: [channel!.id] });
  await d.room.alerts.links.press(yes);
  expect(d.answers).toMatchObject([{ answer: 'yes', by: 'Maja' }]);
  for (const { id } of [ola, maja]) await removePerson(store.db, id);
});

test('nobody answers: the fallback is taken, and everybody reads it', async () => {
  const d = await desk();
  await phone(d);
  await d.approvals.ask(action());
  await d.room.alerts.drain();
  d.clock.pass(10 * minute);
  await d.tick();
  await d.room.alerts.drain();
  expect(pushed(d).title).toBe('No answer in time: No');
  expect(d.answers).toMatchObject([{ approval: 'a1', answer: 'no', by: null }]);
  expect(await d.approvals.list({ state: 'expired' })).toHaveLength(1);
});

test('a Run that ended needs no answer any more', async () => {
  const d = await desk();
  await phone(d);
  await d.approvals.ask(question());
  await d.room.alerts.drain();
  await store.db.updateTable('runs').set({ ended_at: new Date(), state: 'cancelled' }).execute();
  await d.tick();
  await d.room.alerts.drain();
  expect(pushed(d).title).toBe('No answer is needed any more');
  expect(d.answers).toEqual([]);
});

test('an answer that the Run did not hear before a crash is handed on after it', async () => {
  const wait = { run: 'run-1', position: 3, home_id: home, kind: 'approval', name: 'yes' } as const;
  const before = await desk();
  await store.db
    .insertInto('waits')
    .values({ ...wait, spec: '{}', began_at: night, due_at: null })
    .execute();
  await before.approvals.ask(action());
  await before.approvals.answer('a1', { answer: 'yes', by: 'Maja' });
  const after = await desk();
  await after.tick();
  expect(after.answers).toMatchObject([{ approval: 'a1', answer: 'yes', by: 'Maja' }]);
  await store.db.updateTable('waits').set({ settled_at: night }).execute();
  const later = await desk();
  await later.tick();
  expect(later.answers).toEqual([]);
});

test('a yes is spent once, by one key, for the exact Action, in its home, within five minutes', async () => {
  const d = await desk();
  const spend = d.approvals.spend(home);
  const yes = { approval: 'a1', action: unlock, key: 'run-1/act 1' };
  const rule = 'guardrail.approval_invalid';
  expect(await spend(yes)).toMatchObject({ ok: false, rule, message: 'Nobody was asked' });
  await d.approvals.ask(action());
  expect(await spend(yes)).toMatchObject({ ok: false, rule, message: 'Nobody answered yet' });
  await d.approvals.answer('a1', { answer: 'yes', by: 'Maja' });
  const other = { ...unlock, data: { code: '1' } };
  expect(await spend({ ...yes, action: other })).toMatchObject({ ok: false, rule });
  expect(await d.approvals.spend('h2')(yes)).toMatchObject({ ok: false, rule });
  expect(await spend(yes)).toEqual({ ok: true });
  // A crash between using and sending: the same key comes again.
  expect(await spend(yes)).toEqual({ ok: true });
  expect(await spend({ ...yes, key: 'run-1/act 2' })).toMatchObject({ ok: false, rule });
  d.clock.pass(5 * minute);
  expect(await spend(yes)).toMatchObject({ ok: false, rule, message: 'The yes is too old' });

  await d.approvals.ask(action({ id: 'a2', expiresAt: night + 20 * minute }));
  await d.approvals.answer('a2', { answer: 'no', by: 'Maja' });
  expect(await spend({ ...yes, approval: 'a2' })).toMatchObject({
    ...{ ok: false, rule: 'guardrail.said_no' },
    message: 'Maja said no 02:46',
  });
});

test('of an Action with a code the exact one is bound, and the code is kept nowhere', async () => {
  const d = await desk();
  const coded = { ...unlock, data: { code: '4711' } };
  await d.approvals.ask({ ...action(), action: coded } as Asked);
  const { rows } = await store.pool.query('select to_jsonb(a) as a from approvals a');
  expect(JSON.stringify(rows)).toContain('«secret»');
  expect(JSON.stringify(rows)).not.toContain('4711');
  await d.approvals.answer('a1', { answer: 'yes', by: 'Maja' });
  const spend = d.approvals.spend(home);
  const yes = { approval: 'a1', key: 'run-1/act 1' };
  const other = { ...unlock, data: { code: '4712' } };
  expect(await spend({ ...yes, action: other })).toMatchObject({ ok: false });
  expect(await spend({ ...yes, action: coded })).toEqual({ ok: true });
});

test('only one of two who answer at once is heard', async () => {
  const d = await desk();
  await d.approvals.ask(action());
  const both = ['yes', 'no'].map((answer) => d.approvals.answer('a1', { answer, by: null }));
  const settled = await Promise.allSettled(both);
  expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(d.answers).toHaveLength(1);
  const unknown = d.approvals.answer('a1', { answer: 'maybe', by: null });
  await expect(unknown).rejects.toMatchObject({ code: 'approval.invalid' });
  const nobody = d.approvals.answer('zz', { answer: 'yes', by: null });
  await expect(nobody).rejects.toMatchObject({ code: 'approval.not_found' });
});

test.each([
  [{ options: [] }],
  [{ fallback: 'boil' }],
  [{ fallback: 'other' }],
  [{ options: [{ id: 'a\nb', label: 'x' }], fallback: 'a\nb' }],
  [{ options: [1, 2, 3, 4].map((n) => ({ id: `${n}`, label: 'x' })), fallback: '1' }],
])('a question that cannot be told safely is refused: %o', async (over) => {
  const d = await desk();
  await expect(d.approvals.ask(question(over))).rejects.toMatchObject({ code: 'approval.invalid' });
});

test('one that is wanted soon rings; one with hours to spare does not', async () => {
  const d = await desk();
  await phone(d);
  for (const [asked, level] of [
    [action(), 'critical'],
    [question(), 'active'],
  ] as const) {
    await d.approvals.ask(asked);
    await d.room.alerts.drain();
    const { data } = d.room.voice.told.at(-1)!.data as { data: object };
    expect(data).toMatchObject({ push: { 'interruption-level': level } });
  }
});
