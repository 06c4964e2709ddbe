import { afterEach, expect, test } from 'vitest';
import { type FreshStore, freshStore } from '../store/testing.ts';
import { savePerson } from './persons.ts';
import { saveRoute } from './routes.ts';
import { home, night, openRoom, type Room, water } from './testing.ts';

const stores: FreshStore[] = [];
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

const minute = 60_000;
type Asked = Parameters<Room['alerts']['open']>[0];

/** A home of two people, the second told later, with a bell and a mailbox for small things. */
async function peopled(): Promise<{ store: FreshStore; room: Room }> {
  const store = await freshStore();
  stores.push(store);
  const room = await openRoom(store, { picture: async () => null });
  const channel = (name: string, severities: ('now' | 'today' | 'digest')[]) =>
    room.alerts.saveChannel({
      ...{ kind: 'persistent-notification', name, home, settings: {}, severities },
    });
  const bell = await channel('Bell', ['now', 'today', 'digest']);
  const phone = await channel('Phone', ['now', 'today']);
  const quiet = { from: '22:00', to: '07:00' };
  const maja = await savePerson(store.db, { name: 'Maja', channels: [bell.id], quiet });
  const ola = await savePerson(store.db, { name: 'Ola', channels: [phone.id] });
  await saveRoute(store.db, {
    name: 'One after another',
    steps: [
      { persons: [maja.id], channels: [], afterMinutes: 0 },
      { persons: [ola.id], channels: [], afterMinutes: 5 },
    ],
  });
  return { store, room };
}

const facts = {
  ...{ is: '1', usually: '0', since: '02:00', around: [], probably: null, check: null },
  numbers: { minutes: 52 },
};
const action = {
  label: 'Close valve…',
  action: { domain: 'valve', action: 'close_valve', entities: ['valve.main'], data: {} },
};

const some: Asked[] = Array.from({ length: 40 }, (_, n) =>
  water({
    key: `k${n}`,
    title: `Alert ${n}`,
    severity: (['now', 'today', 'digest'] as const)[n % 3]!,
    since: night - n * minute,
    facts: { ...facts, around: [`n ${n} \u0000`] },
    ...(n % 5 === 0 ? { holdOff: '10m' } : {}),
    ...(n % 7 === 0 ? { at: night - 60 * minute } : {}),
    ...(n % 11 === 0 ? { action } : {}),
  }),
);

/** All that was journalled, without ids. */
async function journal({ pool }: FreshStore): Promise<unknown> {
  const rows = async (what: string) => (await pool.query<{ row: unknown }>(what)).rows;
  return {
    alerts: await rows(`select to_jsonb(a) - 'id' as row from alerts a order by key`),
    deliveries: await rows(`
      select to_jsonb(d) - '{id,alert_id,channel_id,message}'::text[] || jsonb_build_object(
        'key', a.key, 'channel', c.name, 'message', d.message - 'tag') as row
      from deliveries d join alerts a on a.id = alert_id join channels c on c.id = channel_id
      order by a.key, c.name`),
    steps: await rows(`
      select jsonb_build_object('key', a.key, 'step', step, 'due', due_at) as row
      from alert_steps join alerts a on a.id = alert_id order by a.key, step`),
    morning: await rows(`
      select jsonb_build_object('key', a.key, 'why', why, 'at', at) as row
      from digest_items join alerts a on a.id = alert_id order by a.key`),
  };
}

test('alerts that begin together stand in the journal as if they had come one by one', async () => {
  const alone = await peopled();
  for (const one of some) await alone.room.alerts.open(one);
  const together = await peopled();
  await Promise.all(some.map((one) => together.room.alerts.open(one)));
  const expected = (await journal(alone.store)) as Record<string, unknown[]>;
  expect(await journal(together.store)).toEqual(expected);
  expect(Object.values(expected).map((rows) => rows.length > 0)).toEqual([true, true, true, true]);
});

test('of one key there is one alert, and a cause explains what comes with it', async () => {
  const { store, room } = await peopled();
  const hub = water({ key: 'hub', title: 'Hub is silent' });
  const asked: Asked[] = [
    ...some.slice(0, 5),
    hub,
    { ...hub, title: 'Hub is silent for 2 h' },
    ...some.slice(5, 10).map((one) => ({ ...one, dependsOn: ['hub'] })),
  ];
  const ids = await Promise.all(asked.map((one) => room.alerts.open(one)));
  expect(ids[6]).toEqual(ids[5]);
  expect(new Set(ids.map(({ id }) => id)).size).toBe(11);
  const { rows } = await store.pool.query<{ parent: string; count: number }>(
    'select parent, count(*)::int as count from alerts where parent is not null group by parent',
  );
  expect(rows).toEqual([{ parent: ids[5]!.id, count: 5 }]);
  expect((await room.alerts.page(ids[5]!.id)).title).toBe('Hub is silent for 2 h');
});

test('a storm rings so often, says how much it held back, and loses nothing', async () => {
  const { store, room } = await peopled();
  const many = Array.from({ length: 500 }, (_, n) => water({ key: `s${n}`, title: `Storm ${n}` }));
  await Promise.all(many.map((one) => room.alerts.open(one)));
  await room.alerts.drain();
  expect(room.voice.told).toHaveLength(21);
  expect(String(room.voice.told.at(-1)!.data.title)).toContain('Held back: 480 alerts');
  const { rows } = await store.pool.query<{ state: string; count: number }>(
    'select state, count(*)::int as count from deliveries group by state order by state',
  );
  expect(rows).toEqual([
    { state: 'held', count: 480 },
    { state: 'sent', count: 21 },
  ]);
});
