import type { ActionOutcome } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import { type Grant, grantsOf } from '@tomte/sdk/types-grant';
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { openSim } from '../sim/sim.ts';
import { type ActionRow, type Door, type DoorOptions, openDoor } from './act.ts';
import type { Conflict } from './conflict.ts';
import type { Link } from './link.ts';
import { openTally } from './tally.ts';
import { linkTo, until } from './testing/linked.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A journal in memory; `interrupted` keys were begun in an earlier life and never ended. */
function openJournal(interrupted: readonly string[] = []) {
  const askedAt = systemClock.now();
  const conflicts = new Map<string, Conflict>();
  const attempts = new Map(interrupted.map((key) => [key, 1]));
  const rows: ActionRow[] = [];
  const answers = new Map<string, ActionOutcome>();
  return {
    rows,
    answers,
    conflicts,
    async conflict(key: string, conflict: Conflict) {
      conflicts.set(key, conflict);
    },
    async intend(row: ActionRow) {
      rows.push(row);
      const n = (attempts.get(row.key) ?? 0) + 1;
      attempts.set(row.key, n);
      const outcome = answers.get(row.key) ?? null;
      return { attempts: n, answered: outcome !== null, outcome, askedAt };
    },
    async answer(key: string, outcome: ActionOutcome) {
      answers.set(key, outcome);
    },
  };
}

const mains = 'switch.mains';
async function home(
  o: {
    grants?: (string | Grant)[];
    interrupted?: string[];
    stopped?: boolean;
    latencyMs?: number;
    door?: Partial<DoorOptions>;
  } = {},
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
    zone: 'Europe/Vienna',
    grants: () => grantsOf(o.grants ?? [mains, 'switch.never_there']),
    stopped: () => o.stopped ?? false,
    ...o.door,
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
const toggle: Action = { ...turn('on'), action: 'toggle' };
const by = (key: string, o: object = {}) => ({ askedBy: 'water-watch', key, ...o });

test('a granted Action is done, seen in the mirror, and journalled before and after', async () => {
  const { door, sim, journal } = await home();
  expect(await door.act(turn('on'), by('k1'))).toMatchObject({ kind: 'confirmed' });
  expect(sim.state(mains)?.state).toBe('on');
  expect(journal.rows).toMatchObject([{ key: 'k1', askedBy: 'water-watch', rule: null }]);
  expect(journal.answers.get('k1')).toMatchObject({ kind: 'confirmed' });
});

test('while Home Assistant starts, what is not there may still come: tried again later', async () => {
  const { link, journal } = await home();
  const config = { ...link.mirror.config!, state: 'STARTING' };
  const mirror = Object.create(link.mirror, { config: { value: config } }) as Link['mirror'];
  const door = openDoor({
    link: Object.create(link, { mirror: { value: mirror } }) as Link,
    ...{ clock: systemClock, log: silentLog, journal, zone: 'Europe/Vienna' },
    grants: () => grantsOf([mains, 'switch.never_there']),
    stopped: () => false,
  });
  const early = door.act(turn('on', 'switch.never_there'), by('k1'));
  await expect(early).rejects.toMatchObject({ code: 'link.starting', row: { retry: true } });
  expect(await door.act(turn('on'), by('k2'))).toMatchObject({ kind: 'confirmed' });
  door.close();
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
  expect(await door.act(toggle, by('k1'))).toMatchObject({ kind: 'sent' });
});

test('the same key is done once', async () => {
  const { door, changes } = await home();
  const first = await door.act(turn('on'), by('k1'));
  expect(await door.act(turn('on'), by('k1'))).toEqual(first);
  expect(changes()).toBe(1);
});

test('after a crash in the middle, what can be repeated is, and what cannot is done at most once and somebody is told', async () => {
  const doubts: string[] = [];
  const onDoubt = async ({ key }: { key: string }) => void doubts.push(key);
  const { door, sim, link } = await home({
    interrupted: ['again', 'unsure'],
    door: { onDoubt },
  });
  const call = vi.spyOn(link, 'call');
  // It shows already, and yet another program may have done that: with a shared user it is sent again.
  expect(await door.act(turn('off'), by('again'))).toMatchObject({ kind: 'confirmed' });
  expect(call).toHaveBeenCalledTimes(1);
  expect(doubts).toEqual([]);
  expect(await door.act(toggle, by('unsure'))).toMatchObject({ kind: 'unconfirmed' });
  expect(call).toHaveBeenCalledTimes(1);
  expect(doubts).toEqual(['unsure']);
  // Asked again it is not told again.
  expect(await door.act(toggle, by('unsure'))).toMatchObject({ kind: 'unconfirmed' });
  expect(doubts).toEqual(['unsure']);
  expect(sim.state(mains)?.state).toBe('off');
});

test('where the user is Tomte’s alone, what the home shows is evidence, and only after the intent', async () => {
  const doubts: string[] = [];
  let user: string | null = null;
  const { door, link, journal } = await home({
    interrupted: ['before', 'done', 'toggled'],
    door: { ownUser: () => user, onDoubt: async ({ key }) => void doubts.push(key) },
  });
  expect(await door.act(turn('on'), by('now'))).toMatchObject({ kind: 'confirmed' });
  user = link.mirror.entity(mains)!.contextUserId;
  expect(user).not.toBeNull();
  const call = vi.spyOn(link, 'call');
  expect(await door.act(turn('on'), by('done'))).toMatchObject({ kind: 'confirmed' });
  expect(await door.act(toggle, by('toggled'))).toMatchObject({ kind: 'sent' });
  expect(call).not.toHaveBeenCalled();
  expect(doubts).toEqual([]);
  // The change was there before this one was meant: it proves nothing.
  const { intend } = journal;
  journal.intend = async (row) => ({ ...(await intend(row)), askedAt: systemClock.now() + 60_000 });
  expect(await door.act(turn('on'), by('before'))).toMatchObject({ kind: 'confirmed' });
  expect(call).toHaveBeenCalledTimes(1);
});

test('what is refused now and may have been done before is in doubt, not refused', async () => {
  const doubts: string[] = [];
  const onDoubt = async ({ key }: { key: string }) => void doubts.push(key);
  const { door } = await home({ stopped: true, interrupted: ['unsure'], door: { onDoubt } });
  expect(await door.act(toggle, by('unsure'))).toMatchObject({ kind: 'unconfirmed' });
  expect(doubts).toEqual(['unsure']);
  expect(await door.act(toggle, by('fresh'))).toMatchObject({ rule: 'guardrail.stopped' });
});

test('a recorded outcome is not written over by a rule that came later', async () => {
  let stopped = false;
  const { door } = await home({ door: { stopped: () => stopped } });
  const first = await door.act(turn('on'), by('k1'));
  stopped = true;
  expect(await door.act(turn('on'), by('k1'))).toEqual(first);
});

test('a device that does not follow is asked again as often as the workflow chose, and no more once all is stopped', async () => {
  let stopped = false;
  const { door, link } = await home({ latencyMs: 60_000, door: { stopped: () => stopped } });
  const call = vi.spyOn(link, 'call');
  const patient = { confirmMs: 20, retries: 2 };
  expect(await door.act(turn('on'), by('k1', patient))).toMatchObject({ kind: 'unconfirmed' });
  expect(call).toHaveBeenCalledTimes(3);
  call.mockImplementation(async () => {
    stopped = true;
    return null;
  });
  expect(await door.act(turn('on'), by('k2', patient))).toMatchObject({ kind: 'unconfirmed' });
  expect(call).toHaveBeenCalledTimes(4);
});

test('what somebody else changes shortly after is noted on the Action; our own next Action is not', async () => {
  const { door, sim, journal } = await home();
  await door.act(turn('on'), by('k1'));
  await door.act(turn('off'), by('k2'));
  await door.act(turn('on'), by('k3'));
  expect([...journal.conflicts.keys()]).toEqual([]);
  sim.set(mains, 'off');
  await until('noted', () => journal.conflicts.has('k3'));
  expect(journal.conflicts.get('k3')).toMatchObject({ entity: mains, to: 'off', byUser: false });
});

test('Actions an hour count over a restart, and the same Action counts once', async () => {
  const at = systemClock.now();
  const earlier = openTally([{ key: 'old', entities: [mains], at: at - 60_000 }]);
  const grants = [{ entities: [mains], areas: [], perHour: 2 }];
  const { door } = await home({ grants, door: { tally: earlier } });
  expect(await door.act(turn('on'), by('k1'))).toMatchObject({ kind: 'confirmed' });
  expect(await door.act(turn('on'), by('k1'))).toMatchObject({ kind: 'confirmed' });
  expect(await door.act(turn('off'), by('k2'))).toMatchObject({ rule: 'guardrail.too_often' });
});

test('what needs a yes is neither sent nor written; the yes counts for that Action only', async () => {
  const spent: { action: Action; approval: string }[] = [];
  const { door, sim, journal } = await home({
    grants: [{ entities: [mains], areas: [], ask: true }],
    door: {
      spend: async (yes) => {
        spent.push(yes);
        return yes.action.action === 'turn_on'
          ? { ok: true }
          : { ok: false, rule: 'guardrail.approval_invalid', message: 'for another Action' };
      },
    },
  });
  expect(await door.act(turn('on'), by('k1'))).toMatchObject({ kind: 'needs_approval' });
  expect(journal.rows).toEqual([]);
  expect(sim.state(mains)?.state).toBe('off');
  const yes = { approval: 'a1' };
  expect(await door.act(toggle, by('k0', yes))).toMatchObject({
    rule: 'guardrail.approval_invalid',
  });
  expect(sim.state(mains)?.state).toBe('off');
  expect(await door.act(turn('on'), by('k1', yes))).toMatchObject({ kind: 'confirmed' });
  expect(spent).toMatchObject([{ approval: 'a1' }, { approval: 'a1', key: 'k1' }]);
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

test('a home that repeats the code it refuses: the code stands in no error', async () => {
  const { door, link } = await home();
  vi.spyOn(link, 'call').mockRejectedValue(
    new TomteError('home.call_failed', "expected a code of 6 digits, got '4711'"),
  );
  const action = { ...turn('on'), data: { code: '4711' } };
  await expect(door.act(action, by('k1'))).rejects.toMatchObject({
    code: 'home.call_failed',
    message: "expected a code of 6 digits, got '«secret»'",
  });
});
