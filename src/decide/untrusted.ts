/**
 * Text that others wrote: names, states, calendars, feeds, answers of models. It is made plain, short and
 * quoted before it goes anywhere, and what looks like a secret is taken out. Nothing of it is ever obeyed.
 */

/** Zero-width and invisible signs, direction marks, language tags, variation selectors, private use. */
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** One line of plain signs, at most so long. */
export function plain(text: string, lengthMax: number): string {
  // What is far too long is cut before it is looked at: a megabyte costs no more than a line.
  const seen = text.slice(0, lengthMax * 4);
  const clean = seen
    .replace(/[\t\n\r\v\f\u0085\u2028\u2029]+/g, ' ')
    .replace(invisible, '')
    .normalize('NFKC')
    .replace(invisible, '')
    .replace(/(?![0-9])\p{Nd}/gu, digitOf)
    .replace(/\s+/g, ' ')
    .trim();
  return clean.length <= lengthMax ? clean : `${[...clean].slice(0, lengthMax - 1).join('')}…`;
}

/** With every sign that nobody sees written out, such as `\u{202e}`: what a person answers is all there. */
export const written = (text: string): string =>
  text.replace(invisible, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);

/** Of whatever script, as 0 to 9: each has its ten in a row. */
function digitOf(sign: string): string {
  const code = sign.codePointAt(0)!;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}

/** What is put in place of what was left out. */
export const leftOut = '[left out]';

const times =
  /\b20\d\d-[01]\d-[0-3]\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?|\b[0-2]?\d:[0-5]\d\b/g;

/** Addresses of all kinds, tokens and keys. */
const telling: readonly RegExp[] = [
  /\b[a-z][a-z0-9+.-]*:\/\/\S+/gi,
  /\bwww\.\S+/gi,
  /\S+@\S+\.\S+/g,
  /\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi,
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/g,
  /\d{1,3}\s*°\s*\d{1,2}(?:[.,]\d+)?\s*['′’]+(?:\s*\d{1,2}(?:[.,]\d+)?\s*["″”'′’]+)?/g,
  /[+-]?\d{1,3}\.\d{3,}\s*[,;/ ]\s*[+-]?\d{1,3}\.\d{3,}/g,
  /\d{1,3}[.,]\d{3,}\s*°?\s*[NSEW]\b/gi,
  /\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b/gi,
  /\bwifi:\S+/gi,
  /\b(?:basic|bearer)\s+[\w+/=.-]{8,}/gi,
  /\beyJ[\w-]+(?:\.[\w-]+)*/g,
  /\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{16,}\b/gi,
  /\b(?:pass|door|alarm)?(?:code|pin)\s+\d{3,}\b/gi,
  /\b(?:\w*_)?(?:password|passwort|passcode|passphrase|psk|token|secret|api[_ -]?key|pin|code)\b\s*(?:is|ist|=|:)\s*\S+/gi,
];
/** Codes, and telephone numbers as they are written. */
const codes = /(?<![\d.,])\+?\d(?:[\s().-]?\d){3,}\b/g;
const telephones = /(?:\+|\b)\d(?:[\s().,/_·-]?\d){6,}\b/g;

/** Without addresses, keys and, unless numbers are known to be harmless, codes; times stay. */
export function withoutSecrets(text: string, o: { readonly numbersStay?: boolean } = {}): string {
  const patterns = o.numbersStay ? telling : [...telling, telephones, codes];
  const clean = (part: string) =>
    patterns.reduce((rest, pattern) => rest.replace(pattern, leftOut), part);
  let done = '';
  let from = 0;
  // Times look like codes: they are set aside.
  for (const { 0: time, index } of text.matchAll(times)) {
    done += clean(text.slice(from, index)) + time;
    from = index + time.length;
  }
  return done + clean(text.slice(from));
}

/** What languages hang on to a name: `Majas`, `Maja's`, `Olan`. */
const ending = "(?:['’]?s|e?n)?";

/** Without these words, whatever their case and ending; each becomes its stand-in. */
export function withoutWords(text: string, words: ReadonlyMap<string, string>): string {
  let rest = text;
  for (const [word, instead] of words) {
    if (word.length < 2) continue;
    for (const pattern of patternsOf(word)) rest = rest.replace(pattern, instead);
  }
  return rest;
}

/** A home's names are few, and looked for in every text. */
const patterns = new Map<string, readonly RegExp[]>();
const patternsMax = 1000;

function patternsOf(word: string): readonly RegExp[] {
  const known = patterns.get(word);
  if (known) return known;
  const name = escaped(word).replace(/\s+/g, '\\s+');
  const isLong = word.length > 2;
  const end = `(?=${isLong ? ending : ''}(?![\\p{L}\\p{N}]))`;
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${name}${end}`, 'giu');
  const made = isLong ? [whole, inCamel(word)] : [whole];
  if (patterns.size >= patternsMax) patterns.clear();
  patterns.set(word, made);
  return made;
}

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** As phones are called: `MajasiPhone`, `TabletMaja2`. */
const inCamel = (word: string): RegExp => {
  const name = escaped(word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
  return new RegExp(`${name}(?=(?:s|e?n)?(?:i?\\p{Lu}|[^\\p{L}]|$))`, 'gu');
};
