/** What is typed and not saved yet: it stays while other pages are looked at. */
import { SvelteMap } from 'svelte/reactivity';

const drafts = new SvelteMap<string, object>();

export const isDrafted = (key: string): boolean => drafts.has(key);

export function begin(key: string, fresh: object): void {
  if (drafts.has(key)) return;
  const draft = $state(fresh);
  drafts.set(key, draft);
}

/** Of a key that was begun. */
export const draftAt = <T extends object>(key: string): T => drafts.get(key) as T;

export function drop(key: string): void {
  drafts.delete(key);
}
