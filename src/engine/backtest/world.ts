import { entitiesOf, type Held, judge, type World } from '@tomte/sdk/condition';
import type { Condition } from '@tomte/sdk/define';
import type { Change, EntityInfo, EntityState } from '@tomte/sdk/home';
import type { VirtualTime } from '@tomte/sdk/virtual-time';
import type { RecordedPast } from './past.ts';

/** The home's states as the past moves on. */
export interface PastWorld {
  readonly infos: ReadonlyMap<string, EntityInfo>;
  /** For conditions, at the present of the virtual clock. */
  seen(): World;
  state(entity: string): EntityState | null;
  states(): readonly EntityState[];
  apply(change: Change): void;
  judge(condition: Condition, held: unknown): { met: boolean; again: number | null; held: unknown };
  onNews(condition: Condition, callback: () => void): () => void;
  /** Entities that were asked for and whose past was not read. */
  readonly unread: ReadonlySet<string>;
}

export function openPastWorld(past: RecordedPast, time: VirtualTime): PastWorld {
  const infos = new Map(past.infos.map((info) => [info.id, info]));
  const states = new Map(past.initial.map((state) => [state.entityId, state]));
  const listeners = new Map<string, Set<() => void>>();
  const unread = new Set<string>();

  const state = (entity: string): EntityState | null => {
    if (!past.told.has(entity) && infos.has(entity)) unread.add(entity);
    return states.get(entity) ?? null;
  };
  const seen = (): World => ({ state, zone: past.home.zone, now: time.now() });

  return {
    infos,
    unread,
    seen,
    state,
    states: () => [...states.values()],
    apply({ entityId, to }) {
      if (to === null) states.delete(entityId);
      else states.set(entityId, to);
      const waiting = listeners.get(entityId);
      if (!waiting) return;
      time.stir();
      for (const callback of [...waiting]) callback();
    },
    judge: (condition, held) => judge(condition, seen(), (held as Held | undefined) ?? []),
    onNews(condition, callback) {
      const entities = entitiesOf(condition);
      for (const id of entities) {
        const waiting = listeners.get(id) ?? new Set();
        listeners.set(id, waiting.add(callback));
      }
      return () => {
        for (const id of entities) {
          const waiting = listeners.get(id);
          waiting?.delete(callback);
          if (waiting?.size === 0) listeners.delete(id);
        }
      };
    },
  };
}
