import { TomteError } from '@tomte/sdk/errors';

/** What a Run did at one place, as the journal has it. */
export interface Played {
  readonly name: string;
  /** See `heard`. */
  readonly heard?: readonly number[] | undefined;
}

/**
 * The order in which a body makes its calls, and in which it hears of their results. The first is a
 * call's identity; the second decides what a body with parallel branches calls next, so both are
 * journalled and both are the same at a replay.
 */
export interface Playback {
  /** A call is made: answers its place. Throws `run.step_order_changed`, `run.too_many_steps`. */
  call(name: string): number;
  /**
   * What the body has heard and no record tells yet: number of the first, then pairs of place and calls
   * made by then. Kept with the record of the call that is about to be made.
   */
  heard(): readonly number[];
  /** The record of a call with this `heard` is durable. */
  kept(heard: readonly number[]): void;
  /** The result of a place is there; `tell` hands it to the body when it is its turn. */
  ready(place: number, tell: () => void): void;
  /** True while the body has heard less than the journal says it had. */
  readonly behind: boolean;
}

export const stepsMax = 10_000;

export function openPlayback(played: ReadonlyMap<number, Played>): Playback {
  const script = scriptOf(played.values());
  const told: number[] = [];
  const waiting = new Map<number, () => void>();
  let calls = 0;
  let heardCount = 0;
  let keptCount = 0;
  let resting = false;

  const next = (): number | undefined => {
    const entry = script[heardCount];
    if (entry === undefined) return waiting.keys().next().value;
    return calls >= entry.calls && waiting.has(entry.place) ? entry.place : undefined;
  };

  // One result each turn of the loop: whatever a branch does with it comes before the next is told.
  function pump(): void {
    if (resting) return;
    const place = next();
    if (place === undefined) return;
    const tell = waiting.get(place)!;
    waiting.delete(place);
    heardCount++;
    told.push(place, calls);
    resting = true;
    setImmediate(() => {
      resting = false;
      pump();
    });
    tell();
  }

  return {
    call(name) {
      if (calls >= stepsMax) {
        throw new TomteError('run.too_many_steps', `The Run has taken ${stepsMax} steps`);
      }
      const before = played.get(calls);
      if (before && before.name !== name) {
        const message = `The workflow takes other steps than it took before: “${name}” in place of “${before.name}”`;
        throw new TomteError('run.step_order_changed', message);
      }
      const place = calls++;
      // What was held back for this call may be told now, after the caller has gone on.
      if (waiting.size > 0) setImmediate(pump);
      return place;
    },
    heard: () => [keptCount, ...told.slice(keptCount * 2)],
    kept([from = 0, ...pairs]) {
      keptCount = Math.max(keptCount, from + pairs.length / 2);
    },
    ready(place, tell) {
      waiting.set(place, tell);
      pump();
    },
    get behind() {
      return heardCount < script.length;
    },
  };
}

/** Everything the records say was heard, in order: a place, and how many calls were made by then. */
export function scriptOf(played: Iterable<Played>): { place: number; calls: number }[] {
  const script: { place: number; calls: number }[] = [];
  for (const { heard } of played) {
    if (!heard) continue;
    const [from = 0, ...pairs] = heard;
    for (let at = 0; at < pairs.length; at += 2) {
      script[from + at / 2] = { place: pairs[at]!, calls: pairs[at + 1]! };
    }
  }
  return script;
}
