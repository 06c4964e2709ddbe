/**
 * The newest reading of each key. One is made at a time: whoever asks meanwhile waits for the same. What failed is
 * not kept, and the one before it is still there to build upon.
 */
export interface Kept<T> {
  /** The kept one where `isFresh` says so; else what `read` makes of the one before it. */
  of(key: string, o: { isFresh(kept: T): boolean; read(before: T | null): Promise<T> }): Promise<T>;
  /** A reading that is under way is not kept then. */
  drop(key: string): void;
}

export function openKept<T>(): Kept<T> {
  const places = new Map<string, { kept: T | null; reading: Promise<T> | null }>();
  return {
    async of(key, { isFresh, read }) {
      const place = places.get(key) ?? { kept: null, reading: null };
      places.set(key, place);
      if (place.reading !== null) return place.reading;
      if (place.kept !== null && isFresh(place.kept)) return place.kept;
      place.reading = read(place.kept);
      try {
        place.kept = await place.reading;
        return place.kept;
      } finally {
        place.reading = null;
      }
    },
    drop: (key) => void places.delete(key),
  };
}
