import { TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';

const windowMs = 60_000;
/** From one address; then it waits, and others are not kept out. */
const oneMax = 5;
/** From all together: each check costs 19 MB and some milliseconds. */
const allMax = 100;

export interface Guesses {
  /** Counts a guess before it is checked; the answer takes it back, since it was right. Throws api.password_wrong. */
  count(address: string): () => void;
}

export function openGuesses(clock: Clock): Guesses {
  let recent: { readonly address: string; readonly at: number }[] = [];
  return {
    count(address) {
      const now = clock.now();
      recent = recent.filter((guess) => guess.at > now - windowMs);
      const own = recent.filter((guess) => guess.address === address).length;
      if (own >= oneMax || recent.length >= allMax) {
        throw new TomteError('api.password_wrong', 'Too many wrong passwords', {
          hint: 'Wait a minute, then try again.',
        });
      }
      const guess = { address, at: now };
      recent.push(guess);
      return () => {
        recent = recent.filter((one) => one !== guess);
      };
    },
  };
}
