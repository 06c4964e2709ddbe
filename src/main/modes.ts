import { TomteError } from '@tomte/sdk/errors';
import type { HomeMode, ModeName } from '@tomte/sdk/types-mode';
import { moment } from '@tomte/sdk/words';
import { iso } from '../lib/clock.ts';
import { endMode, listModes, type ModeRow, saveMode } from '../store/modes.ts';
import type { PlaceParts } from './parts.ts';

const tickMs = 1_000;
const hourMs = 3_600_000;
/** A mode that nobody remembers is worse than one that ends. */
const longestMs = 366 * 24 * hourMs;

/** Pause, guests and away: each with an end, kept in the store and in memory. */
export interface Modes {
  /** Until when it holds, epoch ms; null while it does not. Answers at once. */
  until(home: string, mode: ModeName): number | null;
  holds(home: string, mode: ModeName): boolean;
  list(home?: string): HomeMode[];
  /** Throws api.invalid for an end that is past, or more than a year away. */
  set(o: { home: string; mode: ModeName; until: number; by: string | null }): Promise<void>;
  /** Ends it now; without effect where it does not hold. */
  end(home: string, mode: ModeName): Promise<void>;
  /** One line for each mode that ended since `from`, epoch ms. */
  endedLines(home: string, o: { from: number; zone: string }): { at: string; text: string }[];
  drop(home: string): void;
  stop(): void;
}

export const modeTitles: Record<ModeName, string> = {
  pause: 'Pause',
  guests: 'Guests',
  away: 'Away',
};

export async function openModes(
  parts: Pick<PlaceParts, 'clock' | 'log' | 'publish'> & {
    readonly store: Pick<PlaceParts['store'], 'db'>;
  },
): Promise<Modes> {
  const { clock, log, publish, store } = parts;
  const rows = new Map<string, ModeRow>();
  for (const row of await listModes(store.db)) rows.set(`${row.home_id} ${row.mode}`, row);

  const holding = (row: ModeRow | undefined): row is ModeRow =>
    row !== undefined && row.ended_at === null && row.until.getTime() > clock.now();

  async function ended(row: ModeRow, at: Date): Promise<void> {
    rows.set(`${row.home_id} ${row.mode}`, { ...row, ended_at: at });
    publish({ type: 'mode', home: row.home_id, mode: row.mode, until: null });
    log.info({ home: row.home_id, mode: row.mode }, 'a mode ended');
    await endMode(store.db, { home: row.home_id, mode: row.mode, at });
  }

  /** What ran out while Tomte was off ends here too, at the time it was to end. */
  async function endDue(): Promise<void> {
    for (const row of rows.values()) {
      if (row.ended_at === null && row.until.getTime() <= clock.now()) await ended(row, row.until);
    }
  }
  const tick = () =>
    endDue().catch((error: unknown) => log.error({ err: error }, 'the end of a mode was not kept'));
  await tick();
  const stop = clock.every(tickMs, () => void tick());

  return {
    until(home, mode) {
      const row = rows.get(`${home} ${mode}`);
      return holding(row) ? row.until.getTime() : null;
    },
    holds: (home, mode) => holding(rows.get(`${home} ${mode}`)),
    list: (home) =>
      [...rows.values()]
        .filter((row) => holding(row) && (home === undefined || row.home_id === home))
        .map(wireMode),
    async set({ home, mode, until, by }) {
      const now = clock.now();
      if (!(until > now && until <= now + longestMs)) {
        throw new TomteError('api.invalid', 'The end of a mode must be ahead, within a year');
      }
      const before = rows.get(`${home} ${mode}`);
      const since = holding(before) ? before.since : new Date(now);
      const row = { home_id: home, mode, since, until: new Date(until), set_by: by };
      await saveMode(store.db, row);
      rows.set(`${home} ${mode}`, { ...row, ended_at: null });
      publish({ type: 'mode', home, mode, until: iso(until) });
    },
    async end(home, mode) {
      const row = rows.get(`${home} ${mode}`);
      if (holding(row)) await ended(row, new Date(clock.now()));
    },
    endedLines: (home, { from, zone }) =>
      [...rows.values()]
        .filter((row) => row.home_id === home && (row.ended_at?.getTime() ?? 0) >= from)
        .map((row) => ({ at: iso(row.ended_at!.getTime()), text: endedLine(row, zone) })),
    drop(home) {
      for (const key of rows.keys()) if (key.startsWith(`${home} `)) rows.delete(key);
    },
    stop,
  };
}

/** `Guests ended 12:00, as it was set.`; earlier than set it was a person. */
function endedLine(row: ModeRow, zone: string): string {
  const at = row.ended_at!.getTime();
  const early = at < row.until.getTime() ? 'was ended' : 'ended';
  return `${modeTitles[row.mode]} ${early} ${moment(at, at, zone)}; it began ${moment(row.since.getTime(), at, zone)}.`;
}

const wireMode = (row: ModeRow): HomeMode => ({
  home: row.home_id,
  mode: row.mode,
  since: iso(row.since.getTime()),
  until: iso(row.until.getTime()),
  setBy: row.set_by,
});
