import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import { scrub } from '../lib/secret.ts';
import { addRunLogs } from '../store/run-logs.ts';
import type { Db } from '../store/tables.ts';

/** What a Run says. A replay says again what it said before: those lines are counted, not written. */
export interface RunLog {
  say(text: string): void;
  /** Resolves when all that was said is written, or could not be. */
  flush(): Promise<void>;
}

const linesMax = 1_000;
const lineMax = 2_000;

export function openRunLog(o: {
  db: Db;
  run: string;
  /** Lines that earlier executions wrote. */
  written: number;
  clock: Clock;
  log: Log;
  guard: <T>(work: () => Promise<T>) => Promise<T>;
}): RunLog {
  let said = 0;
  let lines: { at: number; text: string }[] = [];
  const inTurn = oneByOne();
  const write = () =>
    inTurn(async () => {
      const writing = lines.splice(0);
      await o.guard(() => addRunLogs(o.db, o.run, writing));
    }).catch((error: unknown) => o.log.warn({ err: error, run: o.run }, 'lines of a Run are lost'));
  return {
    say(text) {
      const n = ++said;
      if (n <= o.written || n > linesMax) return;
      const last = n === linesMax ? 'Further lines are left out.' : text;
      lines.push({ at: o.clock.now(), text: scrub(last).slice(0, lineMax) });
      // The first of a burst writes all of it.
      if (lines.length === 1) setImmediate(() => void write());
    },
    async flush() {
      await write();
      lines = [];
    },
  };
}
