/**
 * What a home shows to a question, as it is now. Between two questions nearly all of a home stays as it
 * is: what was made of a thing is kept while the Mirror holds the same state of it, and the home the same
 * entities and registries.
 */
import type { EntitySelector } from '@tomte/sdk/define';
import type { EntityState } from '@tomte/sdk/home';
import { type Thing, thingOf } from '../../decide/thing.ts';
import type { Mirror } from '../../home/mirror.ts';
import { fitting } from '../effects.ts';

interface Kept {
  readonly shape: number;
  /** Side by side, in the order of the Mirror. */
  readonly states: EntityState[];
  readonly things: Thing[];
}

const keptOf = new WeakMap<Mirror, Kept>();

/** Of all the home without a selector. */
export function thingsIn(mirror: Mirror, selector: EntitySelector | null): Thing[] {
  const { things } = upToDate(mirror);
  if (!selector) return [...things];
  const fits = fitting(selector, (id) => mirror.areaOf(id));
  return things.filter(({ info }) => fits(info));
}

function upToDate(mirror: Mirror): Kept {
  let kept = keptOf.get(mirror);
  if (kept?.shape !== mirror.shape) {
    kept = { shape: mirror.shape, states: [], things: [] };
    keptOf.set(mirror, kept);
  }
  let at = 0;
  for (const state of mirror.entities()) {
    const before = kept.states[at];
    if (state !== before) {
      kept.things[at] = nowOf(mirror, state, before, kept.things[at]);
      kept.states[at] = state;
    }
    at++;
  }
  return kept;
}

/** Names, classes and units are in the attributes, and in the registries. */
function nowOf(mirror: Mirror, state: EntityState, before?: EntityState, thing?: Thing): Thing {
  if (thing && before?.attributes === state.attributes) return thingOf(thing.info, state, thing);
  return thingOf(mirror.info(state.entityId)!, state);
}
