import type { ActionOutcome } from '@tomte/sdk/define';
import type { Action } from '@tomte/sdk/home';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { openSim } from '../sim/sim.ts';
import { type ActionRow, type Door, openDoor } from './act.ts';
import type { Link } from './link.ts';
import { linkTo, until } from './testing/linked.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A journal in memory; `interrupted` keys were begun in an earlier life and never ended. */
function openJournal(interrupted: readonly string[] = []) {
  const attempts = new Map(interrupted.map((key) => [key, 1]));
  const rows: ActionRow[] = [];
  const answers = new Map<string, ActionOutcome>();
  return {
    rows,
    answers,
    async intend(row: ActionRow) {
      rows.push(row);
      const n = (attempts.get(row.key) ?? 0) + 1;
      attempts.set(row.key, n);
      return { attempts: n, answered: answers.has(row.key), outcome: answers.get(row.key) ?? null };
    },
    async answer(key: string, outcome: ActionOutcome) {
      answers.set(key, outcome);
    },
  };
}

const mains = 'switch.mains';
async function home(
  o: { grants?: string[]; interrupted?: string[]; stopped?: boolean; latencyMs?: number } = {},
) {
  const sim = await openSim({ living: false, days: 1, options: { latencyMs: o.latencyMs ?? 0 } });
  opened.push(() => sim.close());
  sim.set(mains, 'off');
  const link: Link = linkTo(sim);
  opened.push(() => link.close());
  await link.ready();
  await until('Actions', () => Object.keys(link.mirror.actions()).length > 0);
  const journal = openJournal(o.interrupted);
  const door: Door = openDoor({
    link,
    clock: systemClock,
    log: silentLog,
    journal,
    grants: () => o.grants ?? [mains, 'switch.never_there', 'lock.front'],
    stopped: () => o.stopped ?? false,
  });
  let sent = 0;
  link.onApplied([mains], () => sent++);
  return { sim, link, journal, door, changes: () => sent };
}
const turn = (state: 'on' | 'off', entity = mains): Action => ({
  domain: 'switch',
  action: `turn_${state}`,
  entities: [entity],
  data: {},
});
const by = (key: string, o: object = {}) => ({ askedBy: 'water-watch', key, ...o });

test('a granted Action is done, seen in the mirror, and journalled before and after', async () => {
  const { door, sim, journal } = await home();
  expect(await door.act(turn('on'), by('k1'))).toMatchObject({ kind: 'confirmed' });
  expect(sim.state(mains)?.state).toBe('on');
  expect(journal.rows).toMatchObject([{ key: 'k1', askedBy: 'water-watch', rule: null }]);
  expect(journal.answers.get('k1')).toMatchObject({ kind: 'confirmed' });
});

test('what was not granted is not sent, and the refusal is kept with its rule', async () => {
  const { door, sim, journal } = await home({ grants: [] });
  const outcome = await door.act(turn('on'), by('k1'));
  expect(outcome).toMatchObject({ kind: 'refused', rule: 'guardrail.not_granted' });
  expect(sim.state(mains)?.state).toBe('off');
  expect(journal.rows[0]?.rule).toBe('guardrail.not_granted');
});

test('an entity or Action that is not there is found out before sending', async () => {
  const { door, journal } = await home();
  const gone = turn('on', 'switch.never_there');
  // The error comes with the promise, never out of the call itself.
  const answer = door.act(gone, by('k1'));
  expect(answer).toBeInstanceOf(Promise);
  await expect(answer).rejects.toMatchObject({ code: 'home.entity_unknown' });
  const strange = { ...turn('on'), action: 'levitate' };
  await expect(door.act(strange, by('k2'))).rejects.toMatchObject({ code: 'home.action_unknown' });
  expect(journal.rows).toEqual([]);
});

test('a device that does not follow is unconfirmed, not done', async () => {
  const { door } = await home({ latencyMs: 60_000 });
  const outcome = await door.act(turn('on'), by('k1', { confirmMs: 30 }));
  expect(outcome).toMatchObject({ kind: 'unconfirmed' });
});

test('what has no lasting effect can only be said to be sent', async () => {
  const { door } = await home();
  const toggle = { ...turn('on'), action: 'toggle' };
  expect(await door.act(toggle, by('k1'))).toMatchObject({ kind: 'sent' });
});

test('the same key is done once', async () => {
  const { door, changes } = await home();
  const first = await door.act(turn('on'), by('k1'));
  expect(await door.act(turn('on'), by('k1'))).toEqual(first);
  expect(changes()).toBe(1);
});

test('after a crash in the middle, what can be repeated is, and what cannot is said to be unsure', async () => {
  const { door, sim, changes } = await home({ interrupted: ['done', 'again', 'unsure'] });
  expect(await door.act(turn('off'), by('done'))).toMatchObject({ kind: 'confirmed' });
  expect(changes()).toBe(0);
  expect(await door.act(turn('on'), by('again'))).toMatchObject({ kind: 'confirmed' });
  const toggle = { ...turn('on'), action: 'toggle' };
  expect(await door.act(toggle, by('unsure'))).toMatchObject({ kind: 'unconfirmed' });
  expect(sim.state(mains)?.state).toBe('on');
});

test('a reflex is on its way before the journal is asked, and is journalled all the same', async () => {
  const { door, journal, sim } = await home();
  const order: string[] = [];
  const { intend } = journal;
  journal.intend = async (row) => {
    await until('done already', () => sim.state(mains)?.state === 'on');
    order.push('journalled');
    return intend(row);
  };
  expect(await door.act(turn('on'), by('k1', { reflex: true }))).toMatchObject({
    kind: 'confirmed',
  });
  expect(order).toEqual(['journalled']);
  expect(journal.answers.get('k1')).toMatchObject({ kind: 'confirmed' });
});

test('telling works while Actions are stopped, and nothing else does', async () => {
  const { door, sim } = await home({ stopped: true });
  await door.tell({
    domain: 'persistent_notification',
    action: 'create',
    entities: [],
    data: { message: 'Water is running', notification_id: 'tomte_1' },
  });
  expect(sim.world.notices.has('tomte_1')).toBe(true);
  expect(await door.act(turn('on'), by('k1'))).toMatchObject({ rule: 'guardrail.stopped' });
  await expect(door.tell(turn('on'))).rejects.toMatchObject({ code: 'guardrail.not_granted' });
});

test('a picture is kept in the home and served without a token', async () => {
  const { door, sim } = await home();
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const path = await door.keepPicture(png, 'chart.png');
  expect(path).toMatch(/^\/api\/image\/serve\/[\w-]+\/original$/);
  const answer = await fetch(sim.url + path);
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true);
});
