/** Two texts side by side, line by line. */
export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'new';
  readonly text: string;
}

/** Beyond so many pairs of lines all of one text is gone and all of the other new. */
const pairsMax = 2_000_000;

/** As few lines gone and new as there can be. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  const isAlike = () => a[a.length - 1 - tail] === b[b.length - 1 - tail];
  while (tail < Math.min(a.length, b.length) - head && isAlike()) tail++;
  const as = (kind: DiffLine['kind'], lines: readonly string[]) =>
    lines.map((text): DiffLine => ({ kind, text }));
  return [
    ...as('same', a.slice(0, head)),
    ...between(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...as('same', a.slice(a.length - tail)),
  ];
}

const linesOf = (text: string): string[] =>
  text === '' ? [] : text.replace(/\n$/, '').split('\n');

function between(a: readonly string[], b: readonly string[]): DiffLine[] {
  const width = b.length + 1;
  const isSmall = a.length * b.length <= pairsMax;
  /** At each pair of places, how many lines the rests have in common. */
  const common = new Uint16Array(isSmall ? (a.length + 1) * width : 0);
  if (isSmall) {
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        const at = i * width + j;
        common[at] =
          a[i] === b[j]
            ? common[at + width + 1]! + 1
            : Math.max(common[at + width]!, common[at + 1]!);
      }
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (isSmall && i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i]! });
      i++;
      j++;
    } else if (isGone(i, j)) lines.push({ kind: 'gone', text: a[i++]! });
    else lines.push({ kind: 'new', text: b[j++]! });
  }
  return lines;

  function isGone(i: number, j: number): boolean {
    if (i === a.length || j === b.length || !isSmall) return i < a.length;
    return common[(i + 1) * width + j]! >= common[i * width + j + 1]!;
  }
}
