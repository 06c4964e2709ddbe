const hourMs = 3_600_000;

export interface SentAction {
  readonly key: string;
  readonly entities: readonly string[];
  /** Epoch ms. */
  readonly at: number;
}

/** What was sent within the last hour, in memory: asked before every Action, also on the reflex path. */
export interface Tally {
  /** How many Actions went to the entity since then, without the one of this key. */
  sent(entity: string, since: number, except: string): number;
  /** The same key counts once, however often it was tried. */
  add(action: SentAction): void;
}

/** `earlier` is what an earlier life sent, from the journal. */
export function openTally(earlier: readonly SentAction[] = []): Tally {
  const byEntity = new Map<string, Map<string, number>>();
  const tally: Tally = {
    sent(entity, since, except) {
      let count = 0;
      for (const [key, at] of byEntity.get(entity) ?? []) {
        if (at > since && key !== except) count++;
      }
      return count;
    },
    add({ key, entities, at }) {
      for (const entity of entities) {
        const keys = byEntity.get(entity) ?? new Map<string, number>();
        byEntity.set(entity, keys.set(key, at));
        // In order of time, but for a key that was tried again: the old ones stand in front.
        for (const [old, when] of keys) {
          if (when > at - hourMs) break;
          keys.delete(old);
        }
      }
    },
  };
  for (const action of earlier) tally.add(action);
  return tally;
}
