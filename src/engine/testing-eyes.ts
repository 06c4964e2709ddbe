/** Test kit: a home that conditions look at, changed by hand. */
import type { Change, EntityState } from '@tomte/sdk/home';
import type { Eyes } from './effects.ts';

export interface TestEyes {
  of(): Eyes;
  change(entity: string, state: string, at: number, attributes?: Record<string, unknown>): void;
  /** A change that came to light later: the state is as it was since. */
  late(entity: string, state: string, at: number): void;
  catchUp(isCaughtUp: boolean): void;
  happen(type: string, data: Record<string, unknown>, at: number): void;
}

export function openTestEyes(): TestEyes {
  const states = new Map<string, EntityState>();
  const watchers = new Set<{ entity: string; callback: () => void }>();
  const lates = new Set<(change: Change) => void>();
  const caught = new Set<() => void>();
  const listeners = new Set<{ type: string; callback: Parameters<Eyes['onEvent']>[1] }>();
  let caughtUp = true;
  const stateOf = (entityId: string, state: string, at: number, attributes = {}): EntityState => ({
    ...{ entityId, state, attributes, lastChanged: at, lastUpdated: at },
    ...{ contextId: null, contextUserId: null },
  });
  const add = <T>(set: Set<T>, one: T) => {
    set.add(one);
    return () => void set.delete(one);
  };
  const eyes: Eyes = {
    zone: 'Europe/Stockholm',
    state: (entity) => states.get(entity) ?? null,
    caughtUp: () => caughtUp,
    onChange: (entity, callback) => add(watchers, { entity, callback }),
    onLate: (callback) => add(lates, callback),
    onCaughtUp: (callback) => add(caught, callback),
    onEvent: (type, callback) => add(listeners, { type, callback }),
  };
  return {
    of: () => eyes,
    change(entity, state, at, attributes) {
      states.set(entity, stateOf(entity, state, at, attributes));
      for (const one of [...watchers]) if (one.entity === entity) one.callback();
    },
    late(entity, state, at) {
      const to = stateOf(entity, state, at);
      const change = {
        home: 'h1',
        entityId: entity,
        from: null,
        to,
        at,
        late: true,
        generation: 1,
      };
      for (const tell of [...lates]) tell(change);
    },
    catchUp(isCaughtUp) {
      caughtUp = isCaughtUp;
      if (isCaughtUp) for (const tell of [...caught]) tell();
    },
    happen(type, data, at) {
      for (const one of [...listeners]) if (one.type === type) one.callback({ data, at });
    },
  };
}
