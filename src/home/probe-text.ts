/** Text of a stranger, fit for a line on a screen: no control or invisible marks, at most 200 characters. */
export function printable(text: string): string {
  return text
    .slice(0, 400)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .trim()
    .slice(0, 200);
}
