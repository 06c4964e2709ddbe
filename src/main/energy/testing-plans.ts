/** Test kit: the plans of two homes over a clock that is moved by hand; states and prices are what the test says. */
import type { EntityState } from '@tomte/sdk/home';
import type { PlanAsked } from '@tomte/sdk/plan';
import { addHome } from '../../engine/testing-home.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { openSolver } from '../../lib/solve/solver.ts';
import { type HandClock, handClock } from '../../lib/testing/hand-clock.ts';
import { type FreshStore, freshStore } from '../../store/testing.ts';
import { type HomePlans, openHomePlans } from './home-plans.ts';

const hourMs = 3_600_000;
export const planHomes = ['h1', 'h2'] as const;

export interface TestPlans {
  readonly clock: HandClock;
  readonly plans: HomePlans;
  readonly store: FreshStore;
  /** The home shows it from now on. */
  shows(entityId: string, state: string, attributes?: object): void;
  /** Paid for a kWh in the hour that begins then; throw where prices are not to be had. */
  price: (t: number) => number;
  /** What is drawn anyway, W. */
  baseW: number;
  /** What the home answers a command; the recorder holds what it showed. */
  answer: (type: string, fields: Record<string, unknown>) => unknown;
  /** When its meter told the same number again, epoch ms. */
  reportedAt: number | null;
  orders(asked: PlanAsked, home?: string): Promise<(string | null)[]>;
  close(): Promise<void>;
}

export async function openTestPlans(start: number, zone = 'UTC'): Promise<TestPlans> {
  const store = await freshStore();
  for (const home of planHomes) await addHome(store.db, home);
  const clock = handClock(start);
  const onFault = (error: unknown) => silentLog.error({ err: error }, 'solver');
  const solver = openSolver({ clock: systemClock, onFault });
  const states = new Map<string, EntityState>();
  const mirror = { entity: (id: string) => states.get(id), lastReported: () => null };
  const past: EntityState[] = [];
  const call = async (type: string, fields: Record<string, unknown>) =>
    type === 'history/history_during_period' ? recorded(past, fields) : kit.answer(type, fields);
  const request = async () => {
    const last_reported = kit.reportedAt === null ? '' : new Date(kit.reportedAt).toISOString();
    return { status: 200, body: Buffer.from(JSON.stringify({ last_reported })) };
  };
  const lives = new Map(
    planHomes.map((home) => [home, { home, zone, link: { mirror, call, request } }]),
  ) as unknown as ReturnType<Parameters<typeof openHomePlans>[0]['lives']>;
  const plans = openHomePlans({
    ...{ db: store.db, clock, log: silentLog, solver, lives: () => lives },
    energy: energyOf(clock, () => kit),
  });
  const kit: TestPlans = {
    ...{ clock, plans, store, reportedAt: null, price: () => 0.3, baseW: 300, answer: () => ({}) },
    shows(entityId, state, attributes = {}) {
      const before = states.get(entityId);
      const now = clock.now();
      const lastChanged = before?.state === state ? before.lastChanged : now;
      const one = {
        ...{ entityId, state, attributes: { ...attributes }, lastChanged, lastUpdated: now },
        ...{ contextId: null, contextUserId: null },
      };
      states.set(entityId, one);
      past.push(one);
    },
    async orders(asked, home = 'h1') {
      const { orders } = await plans.now(home, asked);
      return orders.map(({ want }) => want);
    },
    async close() {
      await solver.close();
      await store.close();
    },
  };
  return kit;
}

const recorded = (past: readonly EntityState[], { entity_ids: ids }: Record<string, unknown>) =>
  Object.fromEntries(
    (ids as string[]).map((id) => {
      const rows = past.filter(({ entityId }) => entityId === id);
      return [
        id,
        rows.map(({ state, lastUpdated }) => ({ s: state, a: {}, lu: lastUpdated / 1000 })),
      ];
    }),
  );

/** Prices, load and sun by the hour, for two days from the hour that is now. */
function energyOf(
  clock: HandClock,
  kit: () => TestPlans,
): Parameters<typeof openHomePlans>[0]['energy'] {
  const hours = () => {
    const from = Math.floor(clock.now() / hourMs) * hourMs;
    return Array.from({ length: 48 }, (_, n) => ({
      ...{ start: from + n * hourMs, end: from + (n + 1) * hourMs },
    }));
  };
  const band = (watts: number) =>
    hours().map((slot) => ({ ...slot, expected: watts, low: 0.8 * watts, high: 1.2 * watts }));
  const rates = (value: (t: number) => number) =>
    hours().map((slot) => ({ ...slot, value: value(slot.start), assumed: false }));
  return {
    home: async () => ({ setup: { batteries: [], meters: [] }, house: new Map() }),
    prices: async () => ({
      ...{ tariff: { name: 'fixed' }, currency: 'EUR', assumedFrom: null, markup: null, factor: 1 },
      ...{ buy: rates(kit().price), sell: rates(() => 0), peak: null },
    }),
    forecasts: async () => ({ load: band(kit().baseW), solar: band(0) }),
  } as unknown as Parameters<typeof openHomePlans>[0]['energy'];
}
