import { expect, test } from 'vitest';
import { verify } from '../decide/chain.ts';
import { dayOf } from '../decide/purse.ts';
import { openRecord, readRecord } from '../decide/record.ts';
import { usualSettings } from '../decide/settings.ts';
import type { Clock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { changeAlert, listAlerts, openAlert } from '../store/alerts.ts';
import { saveChannel } from '../store/channels.ts';
import { addUsage } from '../store/decision-usage.ts';
import { listDecisions } from '../store/decisions.ts';
import { listEpisodes, saveEpisode } from '../store/episodes.ts';
import { addGap, listGaps } from '../store/gaps.ts';
import { addHome } from '../store/homes.ts';
import type { Key } from '../store/seal.ts';
import { type FreshStore, freshStore } from '../store/testing.ts';
import { keepTidy } from './tidy.ts';

const key = Buffer.alloc(32, 7) as unknown as Key;
const dayMs = 86_400_000;
const now = 1_790_000_000_000;
const old = new Date(now - 31 * dayMs);
const recent = new Date(now - 29 * dayMs);

async function filled(): Promise<FreshStore> {
  const store = await freshStore();
  const { db } = store;
  await addHome(db, {
    id: 'h1',
    name: 'Home',
    address: 'http://127.0.0.1:8123',
    version: '2026.11.0',
    time_zone: 'Europe/Vienna',
    currency: 'EUR',
    user_name: 'Tomte',
    user_id: 'u',
    user_admin: false,
    token_sealed: Buffer.from('sealed'),
  });
  await saveChannel(db, { id: 'c1', kind: 'ntfy', name: 'Phone', settings: {} });
  const alert = { home_id: 'h1', text: '', severity: 'now' as const, since: old, told_at: old };
  for (const id of ['over long ago', 'over of late', 'open']) {
    await openAlert(db, { ...alert, id, key: id, title: id, state: 'open' });
    await db.insertInto('deliveries').values(told(id, id)).execute();
  }
  await changeAlert(db, 'over long ago', { state: 'resolved', resolved_at: old });
  await changeAlert(db, 'over of late', { state: 'resolved', resolved_at: recent });
  const notes = [told('note of old', null), { ...told('note', null), created_at: recent }];
  await db.insertInto('deliveries').values(notes).execute();
  for (const [id, at] of [
    ['e1', old],
    ['e2', recent],
  ] as const) {
    const times = { since: 1, raised_at: 2, cleared_at: at.getTime() };
    const finding = { title: id };
    const of = { home_id: 'h1', detector: 'water', about: 'water', state: 'over' as const };
    await saveEpisode(db, { id, ...of, ...times, finding, hidden: false });
    const gap = { home_id: 'h1', began_at: 1, ended_at: at.getTime(), cause: id, rebuilt: 0 };
    await addGap(db, gap);
  }
  const record = openRecord(store, key);
  for (const [reason, at] of [
    ['long ago', old],
    ['of late', recent],
  ] as const) {
    const request = { kind: 'boolean', question: 'Is it?', fallback: 'no' } as const;
    await record.add({
      ...{ home: 'h1', at: at.getTime(), by: 'workflow:w', key: null, look: null, request, reason },
      ...{ promptHash: '', promptTokens: 9, leaves: [], choice: 'no', decidedBy: 'rule' },
      ...{ why: 'no_model', rule: 'no', told: [] },
    });
    await addUsage(db, { day: dayOf(at.getTime()), by: 'workflow:w', calls: 1 });
  }
  return store;
}

const told = (id: string, alert: string | null) => ({
  ...{ id, alert_id: alert, channel_id: 'c1', kind: 'open' as const, state: 'sent' as const },
  message: '{}',
  created_at: old,
});

test('what is over goes with the readings of its time; what is open or of late stays', async () => {
  await using store = await filled();
  const { db } = store;
  let tidy = () => {};
  const clock = {
    now: () => now,
    after(_ms: number, callback: () => void) {
      tidy = callback;
      return () => {};
    },
    every: () => () => {},
  } as unknown as Clock;
  const pruned: string[] = [];
  const engine = { prune: async (place: string) => pruned.push(place) };
  const parts = { store, clock, log: silentLog, engine, place: 'tomte', key };
  const stop = keepTidy(
    parts as unknown as Parameters<typeof keepTidy>[0],
    { get: () => ({ publicUrl: null, retentionDays: 30, digestAt: '07:30' }) },
    { get: () => ({ ...usualSettings, keepDays: 30 }) },
  );
  tidy();
  const left = async () => ({
    alerts: (await listAlerts(db, {})).map(({ id }) => id).sort(),
    told: (await db.selectFrom('deliveries').select('id').execute()).map(({ id }) => id).sort(),
    episodes: (await listEpisodes(db, { home: 'h1' })).map(({ id }) => id),
    gaps: (await listGaps(db, { home: 'h1', from: 0, to: now })).map(({ cause }) => cause),
    decisions: (await listDecisions(db, { limit: 9 })).map((row) => readRecord(row).reason),
    usage: (await db.selectFrom('decision_usage').select('day').execute()).map(({ day }) => day),
  });
  await expect.poll(left).toEqual({
    alerts: ['open', 'over of late'],
    told: ['note', 'open', 'over of late'],
    episodes: ['e2'],
    gaps: ['e2'],
    decisions: ['of late'],
    usage: [dayOf(recent.getTime())],
  });
  expect(await verify(db, key, 'h1')).toMatchObject({ records: 1, faults: [], head: { seq: 2 } });
  expect(pruned).toEqual(['tomte']);
  stop();
});
