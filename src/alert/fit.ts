/** Words of a message that have to fit into what a service takes. Pure. */
import { cut } from '@tomte/sdk/words';

export interface Words {
  readonly title: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/**
 * Leaves out from the right: the last line first, then the end of the text. `around` counts what stands
 * around each line and around the whole.
 */
export function fit(words: Words, charsMax: number, around: { line: number; all: number }): Words {
  const title = cut(words.title, Math.max(1, charsMax - around.all));
  const lines = [...words.lines];
  const room = () =>
    charsMax -
    around.all -
    title.length -
    lines.reduce((sum, line) => sum + line.length + around.line, 0);
  while (lines.length > 0 && room() < words.text.length) lines.pop();
  return { title, lines, text: cut(words.text, Math.max(0, room())) };
}
