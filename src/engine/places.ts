import type { World } from '@tomte/sdk/condition';
import { TomteError } from '@tomte/sdk/errors';
import type { Store } from '../store/open.ts';
import type { Effects } from './effects.ts';

/** Where Runs have their rows and their effects: the real homes, or the demo. */
export interface Place {
  readonly store: Store;
  readonly effects: Effects;
  /** Left out: nothing is paused and no condition can be looked at, as in tests. */
  readonly gate?: Gate;
}

/** What decides beside the workflow itself whether a trigger starts a Run. */
export interface Gate {
  /** Epoch ms; null while the home is not paused. */
  pausedUntil(home: string): number | null;
  /** Null where nobody looks after the home here. */
  world(home: string): World | null;
}

export interface Places {
  add(name: string, place: Place): void;
  remove(name: string): void;
  has(name: string): boolean;
  get(name: string): Place;
  /** Waits until it is there: a Run of the last boot may be back before its place is. */
  arrived(name: string): Promise<Place>;
}

export function openPlaces(): Places {
  const places = new Map<string, PromiseWithResolvers<Place>>();
  const there = new Map<string, Place>();
  const slot = (name: string) => {
    const made = places.get(name) ?? Promise.withResolvers<Place>();
    places.set(name, made);
    return made;
  };
  return {
    add(name, place) {
      there.set(name, place);
      slot(name).resolve(place);
    },
    remove(name) {
      there.delete(name);
      places.delete(name);
    },
    has: (name) => there.has(name),
    get(name) {
      const place = there.get(name);
      if (!place) throw new TomteError('app.internal', `The engine has no place ${name}`);
      return place;
    },
    arrived: (name) => slot(name).promise,
  };
}
