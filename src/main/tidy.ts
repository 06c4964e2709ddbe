import { dropOlder } from '../decide/chain.ts';
import { dayOf } from '../decide/purse.ts';
import type { LiveDecideSettings } from '../decide/settings.ts';
import { dropAlerts, dropDigests } from '../store/alerts.ts';
import { dropClockJumps } from '../store/clock-jumps.ts';
import { dropUsage } from '../store/decision-usage.ts';
import { dropNotes } from '../store/deliveries.ts';
import { dropEpisodes } from '../store/episodes.ts';
import { dropGaps } from '../store/gaps.ts';
import { listHomes } from '../store/homes.ts';
import { dropReadings } from '../store/readings.ts';
import { dropDeliveries } from '../store/webhooks.ts';
import type { PlaceParts } from './parts.ts';
import type { LiveSettings } from './settings.ts';

const dayMs = 86_400_000;
/** Details of Runs are kept so long. */
const runDays = 90;
/** Soon after the start as well: a computer that is switched off each night would never come to it. */
const firstMs = 300_000;
const againMs = 3_600_000;

type Chore = readonly [what: string, work: () => Promise<unknown>];
type Parts = Pick<PlaceParts, 'store' | 'clock' | 'log' | 'engine' | 'place' | 'key'>;

/** Drops what is older than it is kept, over and over; the answer stops it. */
export function keepTidy(
  parts: Parts,
  settings: Pick<LiveSettings, 'get'>,
  decide: Pick<LiveDecideSettings, 'get'>,
): () => void {
  const { clock, log, store, engine } = parts;
  const runsBefore = () => new Date(clock.now() - runDays * dayMs);
  // An alert is kept as long as the readings its picture is drawn from.
  const before = () => clock.now() - settings.get().retentionDays * dayMs;
  const decisionsBefore = () => clock.now() - decide.get().keepDays * dayMs;
  const chores: readonly Chore[] = [
    ['readings', () => dropReadings(store.db, before())],
    ['alerts', () => dropAlerts(store.db, new Date(before()))],
    ['messages', () => dropNotes(store.db, new Date(before()))],
    ['digests', () => dropDigests(store.db, new Date(before()))],
    ['episodes', () => dropEpisodes(store.db, before())],
    ['gaps', () => dropGaps(store.db, before())],
    ['Runs', () => engine.prune(parts.place, runDays)],
    ['jumps of the clock', () => dropClockJumps(store.db, runsBefore())],
    ['Decisions', () => dropDecisions(parts, decisionsBefore())],
    ['counts of what models used', () => dropUsage(store.db, dayOf(decisionsBefore()))],
    ['deliveries of webhooks', () => dropDeliveries(store.db, new Date(clock.now() - dayMs))],
  ];
  const tidy = () => {
    for (const [what, work] of chores) {
      work().catch((error: unknown) =>
        log.warn({ err: error }, `removing old ${what} failed once; tried again later`),
      );
    }
  };
  const stops = [clock.after(firstMs, tidy), clock.every(againMs, tidy)];
  return () => {
    for (const stop of stops) stop();
  };
}

async function dropDecisions({ store, key, log }: Parts, before: number): Promise<void> {
  for (const { id: home } of await listHomes(store.db)) {
    if ((await dropOlder(store, key, home, before)) === 'dropped') continue;
    log.warn({ home }, 'old Decisions stay: they are not as they were written; tomte audit verify');
  }
}
