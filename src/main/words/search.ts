/** How well each workflow fits a wish: rare words that both say weigh most. Pure. */
import { rootOf } from './synonyms.ts';

export interface Page {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  /** What people say who want it. */
  readonly words: readonly string[];
}

const weights = { title: 3, words: 2, text: 1 } as const;
const tokens = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2)
    .map(rootOf);

/** Says nothing of what is wished. */
const empty = new Set(
  'tell tells told warn notify message inform alert remind when whenever the and for with that this you your from nobody home let know please want would like something anything everything more than are was has have its not one all out long every'
    .split(' ')
    .map(rootOf),
);

/** By name of the workflow, 0 to 1: the share of the wish that it says too. */
export function searched(said: readonly string[], pages: readonly Page[]): Map<string, number> {
  const asked = [...new Set(said.filter((word) => word.length > 2).map(rootOf))].filter(
    (root) => !empty.has(root),
  );
  const counted = pages.map((page) => ({ page, weight: weightsOf(page) }));
  const seenIn = (root: string) => counted.filter(({ weight }) => weight.has(root)).length;
  const rare = new Map(
    asked.map((root) => [root, Math.log(1 + pages.length / (1 + seenIn(root)))]),
  );
  const whole = [...rare.values()].reduce((sum, one) => sum + one, 0);
  return new Map(
    counted.map(({ page, weight }) => {
      const sum = asked.reduce((all, root) => {
        const strength = Math.min(1, (weight.get(root) ?? 0) / weights.title);
        return all + rare.get(root)! * strength;
      }, 0);
      return [page.name, whole === 0 ? 0 : sum / whole];
    }),
  );
}

function weightsOf({ title, text, words }: Page): Map<string, number> {
  const found = new Map<string, number>();
  const note = (part: string, weight: number) => {
    for (const root of tokens(part)) found.set(root, Math.max(found.get(root) ?? 0, weight));
  };
  note(text, weights.text);
  for (const line of words) note(line, weights.words);
  note(title, weights.title);
  return found;
}
