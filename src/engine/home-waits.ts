import { entitiesOf, type Held, judge } from '@tomte/sdk/condition';
import type { Alarms } from '../lib/alarms.ts';
import type { Clock } from '../lib/clock.ts';
import type { Eyes } from './effects.ts';
import type { Awaited, OpenWait, WaitOutcome } from './wait.ts';

/** The waits of one home that end by what happens there: conditions and events. */
export interface HomeWaits {
  add(wait: OpenWait): void;
  drop(wait: Pick<OpenWait, 'run' | 'position'>): void;
  close(): void;
}

interface Watched {
  readonly wait: OpenWait;
  readonly awaited: Extract<Awaited, { kind: 'until' }>;
  held: Held;
}

export const keyOf = ({ run, position }: Pick<OpenWait, 'run' | 'position'>): string =>
  `${run}/${position}`;

export function openHomeWaits(o: {
  eyes: Eyes;
  clock: Clock;
  alarms: Alarms;
  settle: (wait: OpenWait, outcome: WaitOutcome) => void;
  /** Keeps since when the parts of a condition have been so. */
  save: (wait: OpenWait, awaited: Awaited) => void;
}): HomeWaits {
  const { eyes, clock, alarms } = o;
  const watched = new Map<string, Watched>();
  const entities = new Map<string, { keys: Set<string>; stop: () => void }>();
  const events = new Map<string, { waits: Map<string, OpenWait>; stop: () => void }>();

  function look(key: string): void {
    const one = watched.get(key);
    if (!one) return;
    const { condition } = one.awaited;
    const judged = judge(
      condition,
      { state: eyes.state, zone: eyes.zone, now: clock.now() },
      one.held,
    );
    keep(one, judged.held);
    // What held before Tomte was away may have been interrupted meanwhile: that is still to be told.
    if (judged.met && (judged.held.length === 0 || eyes.caughtUp())) {
      forget(key);
      o.settle(one.wait, { kind: 'met', at: clock.now() });
    } else if (judged.again !== null) {
      alarms.set(`until/${key}`, judged.again, () => look(key));
    }
  }

  function keep(one: Watched, held: Held): void {
    if (held.length === one.held.length && held.every((since, n) => since === one.held[n])) return;
    one.held = held;
    o.save(one.wait, { ...one.awaited, held });
  }

  function forget(key: string): void {
    const one = watched.get(key);
    if (!one) return;
    watched.delete(key);
    alarms.drop(`until/${key}`);
    for (const entity of entitiesOf(one.awaited.condition)) {
      const seen = entities.get(entity);
      seen?.keys.delete(key);
      if (seen?.keys.size !== 0) continue;
      seen.stop();
      entities.delete(entity);
    }
  }

  function watch(key: string, wait: OpenWait, awaited: Watched['awaited']): void {
    if (watched.has(key)) return;
    watched.set(key, { wait, awaited, held: awaited.held });
    for (const entity of entitiesOf(awaited.condition)) {
      const seen = entities.get(entity) ?? {
        keys: new Set<string>(),
        stop: eyes.onChange(entity, () => {
          for (const one of [...(entities.get(entity)?.keys ?? [])]) look(one);
        }),
      };
      seen.keys.add(key);
      entities.set(entity, seen);
    }
    look(key);
  }

  function listen(key: string, wait: OpenWait, type: string): void {
    const heard = events.get(type) ?? {
      waits: new Map<string, OpenWait>(),
      stop: eyes.onEvent(type, (event) => {
        for (const one of [...(events.get(type)?.waits.values() ?? [])]) {
          if (fits(one.awaited, event.data))
            o.settle(one, { kind: 'heard', data: event.data, at: event.at });
        }
      }),
    };
    heard.waits.set(key, wait);
    events.set(type, heard);
  }

  const stops = [
    eyes.onLate((change) => {
      // As it was then, with what came after still to be told.
      for (const key of [...(entities.get(change.entityId)?.keys ?? [])]) {
        const one = watched.get(key)!;
        const state = (id: string) => (id === change.entityId ? change.to : eyes.state(id));
        keep(
          one,
          judge(one.awaited.condition, { state, zone: eyes.zone, now: change.at }, one.held).held,
        );
      }
    }),
    eyes.onCaughtUp(() => {
      for (const key of [...watched.keys()]) look(key);
    }),
  ];

  return {
    add(wait) {
      const { awaited } = wait;
      if (awaited.kind === 'until') watch(keyOf(wait), wait, awaited);
      if (awaited.kind === 'event' && 'event' in awaited.what)
        listen(keyOf(wait), wait, awaited.what.event.type);
    },
    drop(wait) {
      const key = keyOf(wait);
      forget(key);
      for (const [type, heard] of events) {
        if (!heard.waits.delete(key) || heard.waits.size > 0) continue;
        heard.stop();
        events.delete(type);
      }
    },
    close() {
      for (const stop of stops) stop();
      for (const key of [...watched.keys()]) forget(key);
      for (const { stop } of events.values()) stop();
      events.clear();
    },
  };
}

/** Every given field of the wanted data is in the event's. */
function fits(awaited: Awaited, data: Readonly<Record<string, unknown>>): boolean {
  if (awaited.kind !== 'event' || !('event' in awaited.what)) return false;
  const wanted = Object.entries(awaited.what.event.data ?? {});
  return wanted.every(([key, value]) => JSON.stringify(data[key]) === JSON.stringify(value));
}
