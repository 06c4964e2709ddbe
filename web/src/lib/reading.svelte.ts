/** Something a page reads from Tomte: its value, its fault, and how to read it again. */
import type { TomteError } from '@tomte/sdk/errors';
import { told } from './app.svelte.ts';

export interface Reading<T> {
  readonly value: T | null;
  readonly fault: TomteError | null;
  /** Reads again; an answer that was overtaken by a later one is dropped. */
  again(): Promise<void>;
  set(value: T): void;
}

export function reading<T>(read: () => Promise<T>): Reading<T> {
  let value = $state.raw<T | null>(null);
  let fault = $state.raw<TomteError | null>(null);
  let newest = 0;
  return {
    get value() {
      return value;
    },
    get fault() {
      return fault;
    },
    async again() {
      newest += 1;
      const mine = newest;
      try {
        const answer = await read();
        if (mine === newest) {
          value = answer;
          fault = null;
        }
      } catch (error) {
        if (mine === newest) fault = told(error);
      }
    },
    set(next) {
      newest += 1;
      value = next;
      fault = null;
    },
  };
}
