/**
 * How many tokens a text takes, on the high side: tokenizers differ, and none is bundled. Letters count
 * a token for three, every digit and sign one, letters beyond ASCII one each.
 */
export function tokensIn(text: string): number {
  let tokens = 0;
  let letters = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at) | 0x20;
    if (code >= 97 && code <= 122) {
      letters++;
      continue;
    }
    tokens += Math.ceil(letters / 3);
    letters = 0;
    // A space belongs to the word that follows it.
    if (text.charCodeAt(at) !== 32) tokens++;
  }
  return tokens + Math.ceil(letters / 3);
}
