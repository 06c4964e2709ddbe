import { AsyncLocalStorage } from 'node:async_hooks';
import { TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import { inStep } from './durable.ts';
import { never } from './outage.ts';
import { openPlayback } from './playback.ts';
import { type Call, type Recorded, recordStep, type StepOptions } from './step.ts';
import type { Awaited, OpenWait, WaitOutcome } from './wait.ts';

/** What a Run did before this execution: its records by place, and how its waits ended. */
export interface Past {
  readonly records: ReadonlyMap<number, { readonly name: string; readonly recorded: Recorded }>;
  /** Places below this one belong to earlier executions; the engine knows those above. */
  readonly base: number;
  readonly outcomes: ReadonlyMap<number, WaitOutcome>;
}

/** A wait as its step registers it: over at once, or a row that is open. */
export type Registered =
  | { readonly over: WaitOutcome }
  | { readonly awaited: Awaited; readonly due: number | null };

export interface WaitCall extends Omit<Call<Registered>, 'work'> {
  /** Writes the row; the same place again finds it there. */
  readonly register: (position: number) => Promise<Registered> | Registered;
}

/** One execution of a Run in this process, between the workflow's code and the journal. */
export interface Body {
  step<T>(call: Call<T>): Promise<T>;
  wait(call: WaitCall): Promise<WaitOutcome>;
  /** Epoch ms of the newest thing that the code has heard of. */
  now(): number;
  /** True while the code is told what happened in an earlier execution. */
  readonly replaying: boolean;
  /** A wait is settled; that it is said twice changes nothing. */
  settled(position: number, outcome: WaitOutcome): void;
  open(): readonly number[];
  /** The code is thinking elsewhere; the answer ends it. */
  hold(): () => void;
  /** Rejects what is awaited nowhere in the code: a fault that it cannot catch. */
  readonly fault: Promise<never>;
  /** Resolves when the code does nothing but wait, for long. Asked again after `stay`. */
  resting(): Promise<void>;
  stay(): void;
  /** Nothing begins and nothing is told any more. */
  stop(): void;
}

export interface BodyOptions extends StepOptions {
  readonly run: string;
  readonly home: string;
  /** Epoch ms before anything happened in it. */
  readonly began: number;
  readonly past: Past;
  /** Counts a step that is under way. */
  readonly underWay: <T>(step: Promise<T>) => Promise<T>;
  readonly onOpen: (wait: OpenWait) => void;
  /** The first step of this execution that was not in the journal is kept. */
  readonly onProgress: () => void;
}

/** Waits that end sooner are waited out in memory, and so are on time. */
const nearMs = 30_000;
/** The code has so long to go on by itself before it counts as waiting. */
const quietMs = 200;
/** A replay that does not come to what it came to before, for so long, never will. */
const lostMs = 60_000;

export function openBody(o: BodyOptions): Body {
  const { past, clock } = o;
  const inWorkflow = AsyncLocalStorage.snapshot();
  const play = openPlayback(
    new Map(
      [...past.records].map(([place, { name, recorded }]) => [
        place,
        { name, heard: recorded.heard },
      ]),
    ),
  );
  const fault = Promise.withResolvers<never>();
  // Whoever runs the body listens; until then it must not count as unheard.
  fault.promise.catch(() => undefined);
  const waits = new Map<number, { due: number | null; end: (outcome: WaitOutcome) => void }>();
  // Settled before the code came as far as to wait, or by whoever else settles.
  const early = new Map(past.outcomes);
  const rest = restOf({ clock, isQuiet, isStuck, nearest, onStuck });
  let stopped = false;
  let busy = 0;
  let held = 0;
  let calls = 0;
  let time = o.began;
  let hasProgressed = false;

  function isQuiet(): boolean {
    return !stopped && busy === 0 && held === 0 && waits.size > 0;
  }
  function isStuck(): boolean {
    return !stopped && held === 0 && play.behind && waits.size + busy > 0;
  }
  function nearest(): number {
    return Math.min(...[...waits.values()].map(({ due }) => due ?? Number.POSITIVE_INFINITY));
  }
  function onStuck(): void {
    const message =
      'The workflow takes other steps than it took before, and waits for what never came';
    fault.reject(new TomteError('run.step_order_changed', message));
  }

  /** Tells the code, in its turn. */
  function tell(position: number, at: number, word: () => void): void {
    play.ready(position, () => {
      busy--;
      if (stopped) return;
      time = Math.max(time, at);
      word();
      rest.look();
    });
  }

  async function recordOf<T>(position: number, call: Call<T>): Promise<Recorded<T>> {
    const before = past.records.get(position);
    const heard = before?.recorded.heard ?? play.heard();
    const recorded =
      before && position < past.base
        ? (before.recorded as Recorded<T>)
        : await o.underWay(inWorkflow(() => recordStep(call, heard, o)));
    play.kept(recorded.heard);
    if (!before && !hasProgressed) {
      hasProgressed = true;
      o.onProgress();
    }
    return recorded;
  }

  /** Takes the next place, or answers null where nothing may begin any more. */
  function begin(name: string): number | null {
    if (stopped || o.stopping()) return null;
    if (inStep()) {
      throw new TomteError('run.step_nested', `“${name}” was called inside the body of a step`);
    }
    try {
      const position = play.call(name);
      calls++;
      busy++;
      rest.look();
      return position;
    } catch (error) {
      fault.reject(error);
      return null;
    }
  }

  return {
    fault: fault.promise,
    now: () => time,
    get replaying() {
      return calls < past.records.size || play.behind;
    },
    async step(call) {
      const position = begin(call.name);
      if (position === null) return never;
      const recording = recordOf(position, call);
      return new Promise((resolve, reject) => {
        recording.then((recorded) => {
          tell(position, recorded.at, () => {
            if ('failed' in recorded) reject(TomteError.fromBody(recorded.failed));
            else resolve(recorded.out);
          });
        }, fault.reject);
      });
    },
    async wait(call) {
      const position = begin(call.name);
      if (position === null) return never;
      const recording = recordOf(position, { ...call, work: () => call.register(position) });
      return new Promise((resolve, reject) => {
        const end = (outcome: WaitOutcome) => tell(position, outcome.at, () => resolve(outcome));
        recording.then((recorded) => {
          if ('failed' in recorded) {
            const error = TomteError.fromBody(recorded.failed);
            tell(position, recorded.at, () => reject(error));
            return;
          }
          const { out } = recorded;
          const outcome = 'over' in out ? out.over : early.get(position);
          if (outcome) end(outcome);
          else if ('awaited' in out) {
            busy--;
            const { awaited, due } = out;
            waits.set(position, { due, end });
            o.onOpen({ run: o.run, home: o.home, position, awaited, due });
            rest.look();
          }
        }, fault.reject);
      });
    },
    settled(position, outcome) {
      const wait = waits.get(position);
      early.set(position, outcome);
      if (!wait || stopped) return;
      waits.delete(position);
      busy++;
      wait.end(outcome);
    },
    open: () => [...waits.keys()],
    hold() {
      held++;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        held--;
        rest.look();
      };
    },
    resting: rest.wanted,
    stay: rest.again,
    stop() {
      stopped = true;
      waits.clear();
      rest.stop();
    },
  };
}

/** Notices that the code only waits, and that a replay has lost its way. */
function restOf(o: {
  clock: Clock;
  isQuiet: () => boolean;
  isStuck: () => boolean;
  nearest: () => number;
  onStuck: () => void;
}) {
  let wanted = Promise.withResolvers<void>();
  let cancel = () => {};
  let cancelStuck = () => {};
  const look = () => {
    cancel();
    cancelStuck();
    cancelStuck = o.isStuck() ? o.clock.after(lostMs, () => o.isStuck() && o.onStuck()) : () => {};
    cancel = o.isQuiet() ? o.clock.after(quietMs, rest) : () => {};
  };
  const rest = () => {
    if (o.isQuiet() && o.nearest() - o.clock.now() > nearMs) wanted.resolve();
  };
  return {
    look,
    wanted: () => wanted.promise,
    again() {
      wanted = Promise.withResolvers<void>();
      look();
    },
    stop() {
      cancel();
      cancelStuck();
    },
  };
}

export const noPast: Past = { records: new Map(), base: 0, outcomes: new Map() };
