/** Which things of a home words may mean: by the names people gave them, spelling forgiven. Pure. */

export interface Named {
  readonly kind: 'workflow' | 'entity' | 'area';
  readonly id: string;
  /** All it may be called by; the first is shown. */
  readonly names: readonly string[];
}

export interface NameFound {
  readonly thing: Named;
  /** 0 to 1: how much of the question it explains, and how much of its name was said. */
  readonly score: number;
}

const foundMax = 8;
const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** The best first; what explains less than half as much as the best is left out. */
export function findNames(words: readonly string[], things: readonly Named[]): NameFound[] {
  if (words.length === 0) return [];
  const asked = words.map(fold);
  const found = things
    .map((thing) => ({
      thing,
      score: Math.max(...thing.names.map((name) => scoreOf(asked, name))),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || rank[a.thing.kind] - rank[b.thing.kind]);
  const best = found[0]?.score ?? 0;
  return found.filter(({ score }) => score >= best / 2).slice(0, foundMax);
}

const rank = { workflow: 0, area: 1, entity: 2 } as const;

function scoreOf(asked: readonly string[], name: string): number {
  // An id as Home Assistant writes it may be said whole.
  if (name.includes('.') && asked.includes(fold(name))) return 1;
  const said = asked.flatMap((word) => wordsOf(word));
  const words = wordsOf(name);
  if (words.length === 0) return 0;
  const likeness = said.map((word) => Math.max(0, ...words.map((one) => alike(word, one))));
  const hits = likeness.reduce((sum, one) => sum + one, 0);
  if (hits === 0) return 0;
  const spoken = words.filter((one) => said.some((word) => alike(word, one) > 0)).length;
  return 0.7 * (hits / said.length) + 0.3 * (spoken / words.length);
}

/** 1 for the same word, less for one that begins so or is a letter or two off, 0 for another. */
function alike(a: string, b: string): number {
  if (a === b) return 1;
  if (a.length < 3 || b.length < 3) return 0;
  if (stem(a) === stem(b)) return 0.95;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (long.startsWith(short) && short.length >= 3) return 0.6 + 0.3 * (short.length / long.length);
  if (long.includes(short) && short.length >= 4) return 0.6;
  const allowed = short.length >= 8 ? 2 : short.length >= 4 ? 1 : 0;
  return allowed > 0 && isNear(a, b, allowed) ? 0.7 : 0;
}

const stem = (word: string): string => word.replace(/(ing|ers|er|es|s|ed)$/, '');

/** Whether at most `allowed` letters must be changed, added or left out; two that changed places are one. */
function isNear(a: string, b: string, allowed: number): boolean {
  if (Math.abs(a.length - b.length) > allowed) return false;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : change;
      next.push(Math.min(change, swapped, row[j]! + 1, next[j - 1]! + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length]! <= allowed;
}
