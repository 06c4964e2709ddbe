import type { HomeSight } from '../alert/who.ts';
import type { HomeLife } from './home-life.ts';

const nowhere = ['unknown', 'unavailable'];

/** What the homes know of their people and rooms, as the Mirror has it. */
export const homeSight = (lives: () => ReadonlyMap<string, HomeLife>): HomeSight => ({
  presence(home, entity) {
    const state = lives().get(home)?.link.mirror.entity(entity)?.state;
    if (state === undefined || nowhere.includes(state)) return null;
    return state === 'home' ? 'home' : 'away';
  },
  areas(home, entities) {
    const mirror = lives().get(home)?.link.mirror;
    if (!mirror) return [];
    const found = entities.flatMap((id) => [mirror.areaOf(id), mirror.info(id)?.area ?? null]);
    return [...new Set(found.filter((area) => area !== null))];
  },
});
