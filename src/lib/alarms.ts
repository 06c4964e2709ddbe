import type { Clock } from './clock.ts';

/** Many callbacks at times of the wall clock, with one timer. */
export interface Alarms {
  /** Replaces the alarm of the same key. A time that has passed is called at once, though not in this turn. */
  set(key: string, at: number, callback: () => void): void;
  drop(key: string): void;
  close(): void;
}

interface Alarm {
  readonly key: string;
  readonly at: number;
  readonly callback: () => void;
}

/** The computer may sleep and its clock be set: no timer trusts the ticks for longer. */
const hopMs = 1_000;

export function openAlarms(clock: Clock): Alarms {
  const byKey = new Map<string, Alarm>();
  const heap: Alarm[] = [];
  let cancel = () => {};
  let timerAt = Number.POSITIVE_INFINITY;
  let closed = false;

  function ring(): void {
    timerAt = Number.POSITIVE_INFINITY;
    while (heap[0] && (heap[0].at <= clock.now() || byKey.get(heap[0].key) !== heap[0])) {
      const alarm = take(heap);
      if (byKey.get(alarm.key) !== alarm) continue;
      byKey.delete(alarm.key);
      alarm.callback();
    }
    arm();
  }

  function arm(): void {
    const first = heap[0];
    if (!first || closed) return;
    const at = Math.max(clock.now(), Math.min(first.at, clock.now() + hopMs));
    if (at >= timerAt) return;
    cancel();
    timerAt = at;
    cancel = clock.after(Math.max(0, at - clock.now()), ring);
  }

  return {
    set(key, at, callback) {
      if (closed) return;
      const alarm = { key, at, callback };
      byKey.set(key, alarm);
      put(heap, alarm);
      arm();
    },
    drop: (key) => void byKey.delete(key),
    close() {
      closed = true;
      cancel();
      byKey.clear();
      heap.length = 0;
    },
  };
}

function put(heap: Alarm[], alarm: Alarm): void {
  let at = heap.push(alarm) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]!.at <= alarm.at) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = alarm;
}

function take(heap: Alarm[]): Alarm {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child++;
    if (heap[child]!.at >= last.at) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
