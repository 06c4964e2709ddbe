/** Words of a message that have to fit into what a service takes. Pure. */

export interface Words {
  readonly title: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** At most `charsMax` characters, never half of one; a cut shows. */
export function shorten(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const cut = text.slice(0, Math.max(0, charsMax - 1)).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.trimEnd()}…`;
}

/**
 * Leaves out from the right: the last line first, then the end of the text. `around` counts what stands
 * around each line and around the whole.
 */
export function fit(words: Words, charsMax: number, around: { line: number; all: number }): Words {
  const title = shorten(words.title, Math.max(1, charsMax - around.all));
  const lines = [...words.lines];
  const room = () =>
    charsMax -
    around.all -
    title.length -
    lines.reduce((sum, line) => sum + line.length + around.line, 0);
  while (lines.length > 0 && room() < words.text.length) lines.pop();
  return { title, lines, text: shorten(words.text, Math.max(0, room())) };
}
