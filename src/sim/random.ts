/** A seeded random source (mulberry32): the same seed gives the same home. */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A number for a text, so that each day and each id has a seed of its own (FNV-1a). */
export function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

const hex = '0123456789abcdef';
/** Ids as Home Assistant makes them: 32 hex digits. */
export function hexId(random: () => number, length = 32): string {
  let out = '';
  for (let i = 0; i < length; i++) out += hex[Math.floor(random() * 16)];
  return out;
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** Context ids: 26 characters that grow with time, as ULIDs do. `count` keeps them apart. */
export function contextId(t: number, count: number): string {
  let out = '';
  let ms = Math.floor(t);
  for (let i = 0; i < 10; i++) {
    out = crockford[ms % 32] + out;
    ms = Math.floor(ms / 32);
  }
  let tail = '';
  let n = count;
  for (let i = 0; i < 16; i++) {
    tail = crockford[n % 32] + tail;
    n = Math.floor(n / 32);
  }
  return out + tail;
}
