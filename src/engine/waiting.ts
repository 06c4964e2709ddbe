import { openAlarms } from '../lib/alarms.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import {
  dueWaits,
  endedCalls,
  openWaits,
  saveWaitSpec,
  settledOf,
  settleWait,
  waitsForRun,
  wokenRuns,
} from '../store/waits.ts';
import { type HomeWaits, keyOf, openHomeWaits } from './home-waits.ts';
import { endingOf } from './journal.ts';
import type { Places } from './places.ts';
import { type OpenWait, openWaitOf, type WaitOutcome } from './wait.ts';

/** All waits of the homes that are looked after here, and what settles them. */
export interface Waiting {
  /** Takes up the open waits of a home. Safe to repeat: its Mirror may be another. */
  begin(place: string, home: string): Promise<void>;
  end(place: string, home: string): void;
  /** A Run of this process has begun to wait. */
  opened(place: string, wait: OpenWait): void;
  /** Once, whoever comes first; false for those who come later. */
  settle(
    place: string,
    wait: Pick<OpenWait, 'run' | 'home' | 'position'>,
    outcome: WaitOutcome,
  ): Promise<boolean>;
  /** Tells the callers of a Run that it ended. */
  childEnded(place: string, run: string): Promise<void>;
  close(): void;
}

export interface WaitingOptions {
  readonly places: Places;
  readonly clock: Clock;
  readonly log: Log;
  readonly guard: <T>(work: () => Promise<T>) => Promise<T>;
  /** A wait was settled here: its Run goes on, in memory or in another execution. */
  readonly onSettled: (place: string, run: string, position: number, outcome: WaitOutcome) => void;
  /** The Run was woken, perhaps by another worker: it goes on here if it does not yet. */
  readonly onWoken: (place: string, run: string) => void;
  /** Runs whose bodies live here and wait. */
  readonly living: (place: string) => readonly string[];
  /** How often the database is asked for what others settled, and for what is due next. */
  readonly pollMs: number;
}

/** Waits that end within this are held in memory. */
const windowMs = 60_000;
const windowMax = 5_000;

export function openWaiting(o: WaitingOptions): Waiting {
  const { places, clock, log } = o;
  const alarms = openAlarms(clock);
  const homes = new Map<string, { place: string; home: string; waits: HomeWaits | null }>();
  const db = (place: string) => places.get(place).store.db;
  const idOf = (place: string, home: string) => `${place}/${home}`;

  const settle: Waiting['settle'] = async (place, wait, outcome) => {
    const { run, position } = wait;
    const settled = await o.guard(() =>
      settleWait(db(place), { run, position, at: outcome.at, outcome }),
    );
    alarms.drop(`${place}/${keyOf(wait)}`);
    homes.get(idOf(place, wait.home))?.waits?.drop(wait);
    if (settled) o.onSettled(place, run, position, outcome);
    return settled;
  };
  const attempt = (what: string, work: () => Promise<unknown>) => {
    work().catch((error: unknown) =>
      log.error({ err: error }, `${what} failed; tried again later`),
    );
  };
  const settleSoon = (place: string) => (wait: OpenWait, outcome: WaitOutcome) =>
    attempt('settling a wait', () => settle(place, wait, outcome));

  function alarm(place: string, wait: OpenWait): void {
    if (wait.due === null || wait.due > clock.now() + windowMs) return;
    alarms.set(`${place}/${keyOf(wait)}`, wait.due, () =>
      settleSoon(place)(wait, { kind: 'due', at: clock.now() }),
    );
  }

  async function childEnded(place: string, run: string): Promise<void> {
    const ending = await o.guard(() => endingOf(db(place), run));
    if (!ending) return;
    for (const row of await o.guard(() => waitsForRun(db(place), run))) {
      await settle(place, openWaitOf(row), ending);
    }
  }

  async function poll(place: string, mine: readonly string[]): Promise<void> {
    const before = clock.now() + windowMs;
    const due = await dueWaits(db(place), { homes: mine, before, limit: windowMax });
    for (const row of due) if (homes.has(idOf(place, row.home_id))) alarm(place, openWaitOf(row));
    for (const { child } of await endedCalls(db(place), mine)) await childEnded(place, child);
    for (const { id } of await wokenRuns(db(place), mine)) o.onWoken(place, id);
    const living = o.living(place);
    if (living.length === 0) return;
    for (const { run, position, outcome } of await settledOf(db(place), living)) {
      o.onSettled(place, run, position, outcome as WaitOutcome);
    }
  }

  function pollAll(): void {
    for (const [place, some] of Map.groupBy(homes.values(), (one) => one.place)) {
      if (!places.has(place)) continue;
      attempt('looking for waits', () =>
        poll(
          place,
          some.map(({ home }) => home),
        ),
      );
    }
  }
  const stopPolling = clock.every(o.pollMs, pollAll);

  function end(place: string, home: string): void {
    homes.get(idOf(place, home))?.waits?.close();
    homes.delete(idOf(place, home));
  }

  return {
    end,
    settle,
    childEnded,
    async begin(place, home) {
      end(place, home);
      const eyes = places.get(place).effects.eyes(home);
      const inTurn = oneByOne();
      const waits =
        eyes &&
        openHomeWaits({
          ...{ eyes, clock, alarms },
          settle: settleSoon(place),
          save: ({ run, position }, spec) =>
            attempt('keeping a condition', () =>
              inTurn(() => saveWaitSpec(db(place), { run, position, spec })),
            ),
        });
      homes.set(idOf(place, home), { place, home, waits });
      const rows = await openWaits(db(place), { home, kinds: ['until', 'event'] });
      for (const row of rows) waits?.add(openWaitOf(row));
      await poll(place, [home]);
    },
    opened(place, wait) {
      alarm(place, wait);
      homes.get(idOf(place, wait.home))?.waits?.add(wait);
      if (wait.awaited.kind !== 'run') return;
      const { run } = wait.awaited;
      attempt('waiting for a called Run', () => childEnded(place, run));
    },
    close() {
      stopPolling();
      alarms.close();
      for (const { place, home } of [...homes.values()]) end(place, home);
    },
  };
}
