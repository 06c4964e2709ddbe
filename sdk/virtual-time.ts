/** A clock that moves only when it is told to, and tells those who wait as it passes them. */

export interface VirtualTime {
  /** Epoch ms. */
  now(): number;
  /** Calls back when the clock passes `t`, in order of time, then of asking; the answer cancels. */
  at(t: number, callback: () => void): () => void;
  /** When the next of them is due; null when nobody waits. */
  next(): number | null;
  /** Moves on to `t`, stopping at each due time until all that it set off has come to rest. */
  advance(t: number): Promise<void>;
  /** Resolves when nothing moves any more without the clock. */
  rest(): Promise<void>;
  /** Something happened; `rest` looks once more. */
  stir(): void;
  /** Somebody elsewhere is busy; `rest` waits for the answer to be called. */
  hold(): () => void;
}

interface Waiting {
  readonly t: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

const isBefore = (a: Waiting, b: Waiting) => a.t < b.t || (a.t === b.t && a.order < b.order);

export function openVirtualTime(start: number): VirtualTime {
  const heap: Waiting[] = [];
  let now = start;
  let order = 0;
  let stirs = 0;
  /** How many had happened when all was at rest last. */
  let rested = 0;
  let holds = 0;

  function push(one: Waiting): void {
    let at = heap.push(one) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!isBefore(one, heap[up]!)) break;
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = one;
  }

  function pop(): Waiting {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let down = at * 2 + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && isBefore(heap[down + 1]!, heap[down]!)) down++;
      if (!isBefore(heap[down]!, last)) break;
      heap[at] = heap[down]!;
      at = down;
    }
    heap[at] = last;
    return first;
  }

  const next = (): number | null => {
    while (heap[0]?.cancelled) pop();
    return heap[0]?.t ?? null;
  };
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

  async function rest(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      const before = stirs;
      await turn();
      quiet = stirs === before && holds === 0 ? quiet + 1 : 0;
    }
    rested = stirs;
  }

  return {
    now: () => now,
    at(t, callback) {
      const one = { t, order: order++, callback, cancelled: false };
      push(one);
      return () => {
        one.cancelled = true;
      };
    },
    next,
    async advance(t) {
      // What was set off before may ask for times that lie on the way.
      if (stirs !== rested) await rest();
      for (let due = next(); due !== null && due <= t; due = next()) {
        now = Math.max(now, due);
        pop().callback();
        if (stirs !== rested) await rest();
      }
      now = Math.max(now, t);
    },
    rest,
    stir() {
      stirs++;
    },
    hold() {
      holds++;
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holds--;
        stirs++;
      };
    },
  };
}
