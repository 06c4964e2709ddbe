/** What a model wrote, before people may read it: its numbers are facts, its links and pictures are gone. */
import { plain } from './untrusted.ts';

const link = /!?\[([^\]]*)\]\([^)]*\)/g;
const address =
  /\b(?:[a-z][a-z0-9+.-]*:\/\/|www\.|(?:mailto|data|javascript|tel|sms|callto|whatsapp|skype|facetime|geo|intent|market):)\S*/gi;
const domain =
  /\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|dev|app|me|info|xyz|ru|cn|co|de|eu|uk|nl|se|no|dk|fr|link|click|site|online|zip)\b(?:\/\S*)?/gi;
const tag = /<[^>]*>?/g;
/** What a phone would make a link of, whatever its beginning: it goes on right after the colon. */
const scheme = /(?<=\p{L}):(?=\S)/gu;
/** And whatever its ending: a name goes on after the dot. */
const joined = /(?<=[\p{L}\p{N}-])[.\u3002](?=\p{L}[\p{L}\p{N}-])/gu;

/** One paragraph of plain text: no links, no pictures, no markup. */
export function forPeople(text: string, lengthMax: number): string {
  const bare = plain(text, lengthMax * 2)
    .replace(link, '$1')
    .replace(address, '')
    .replace(domain, '')
    .replace(tag, '')
    .replace(/[`*_#>|{}[\]\\@]+/g, '')
    .replace(joined, '. ')
    .replace(scheme, ': ');
  return plain(bare, lengthMax);
}

interface Amount {
  readonly value: number;
  readonly decimals: number;
  readonly unit: string;
}

const unit =
  /^\s?(°\s?[CF]|%|ppm|ppb|kWh|MWh|Wh|kW|MW|W|mbar|hPa|bar|lx|dB|m³\/h|m³|m3|l\/min|L\/min|l\/h|litres?|liters?|[lL]\b|km\/h|m\/s|km|cm|mm|[mV]\b|mA|A\b|€|EUR|SEK|NOK|DKK|kr|ct|öre|cents?|euros?|\$|£|seconds?|s\b|minutes?|min\b|hours?|h\b|days?|d\b|weeks?|months?)/;
const number = /(?<![\p{L}\d])[-+−]?\d+(?:[   ’,]\d{3}(?!\d))*(?:[.,]\d+)?|(?<=\p{L})\d{2,}/gu;
const clockTime = /\b[0-2]?\d[:.][0-5]\d\b(?!\d)/g;

/** Which kind of amount a unit is: the same amount may be said in other letters. */
const sameUnit: Readonly<Record<string, string>> = {
  litre: 'l',
  litres: 'l',
  liter: 'l',
  liters: 'l',
  L: 'l',
  'L/min': 'l/min',
  m3: 'm³',
  hour: 'h',
  hours: 'h',
  minute: 'min',
  minutes: 'min',
  second: 's',
  seconds: 's',
  day: 'd',
  days: 'd',
  euro: '€',
  euros: '€',
  EUR: '€',
  cents: 'ct',
  cent: 'ct',
};

function amountsIn(text: string): Amount[] {
  return [...text.matchAll(number)].flatMap(({ 0: found, index }): Amount[] => {
    const digits = found
      .replace('−', '-')
      .replace(/[   ’]|,(?=\d{3}(?!\d))/g, '')
      .replace(',', '.');
    const value = Number(digits);
    if (!Number.isFinite(value)) return [];
    const said = unit.exec(text.slice(index + found.length))?.[1]?.replace(/\s/g, '') ?? '';
    const decimals = digits.split('.')[1]?.length ?? 0;
    return [{ value, decimals, unit: sameUnit[said] ?? said }];
  });
}

const timesIn = (text: string): string[] =>
  [...text.matchAll(clockTime)].map(([time]) => time.replace('.', ':').padStart(5, '0'));

/**
 * The first number or time of the text that the facts do not hold; null when all do. A number may be
 * rounded; where both say a unit it must be the same.
 */
export function strangerIn(text: string, facts: string): string | null {
  const word = strangeWord(text, facts);
  if (word !== null || !/\d/.test(text)) return word;
  const times = new Set(timesIn(facts));
  // A time of the text is looked up whole; what is none may still be a number such as 20.15.
  const known = amountsIn(facts.replace(clockTime, (time) => ` ${time} `));
  let rest = text;
  for (const [time] of text.matchAll(clockTime)) {
    if (times.has(time.replace('.', ':').padStart(5, '0'))) rest = rest.replace(time, ' ');
    else if (time.includes(':')) return time;
  }
  const strange = amountsIn(rest).find((said) => !known.some((fact) => isSame(said, fact)));
  return strange ? `${strange.value}${strange.unit && ` ${strange.unit}`}` : null;
}

const wordValues: Readonly<Record<string, number>> = {
  ...{ ten: 10, eleven: 11, twelve: 12, thirteen: 13, fourteen: 14, fifteen: 15, sixteen: 16 },
  ...{ seventeen: 17, eighteen: 18, nineteen: 19, twenty: 20, thirty: 30, forty: 40, fifty: 50 },
  ...{ sixty: 60, seventy: 70, eighty: 80, ninety: 90, hundred: 100, hundreds: 100, dozen: 12 },
  ...{ dozens: 12, thousand: 1e3, thousands: 1e3, million: 1e6, millions: 1e6, billion: 1e9 },
};
const numberWord = new RegExp(`\\b(?:${Object.keys(wordValues).join('|')})\\b`, 'gi');

/** The first number in words, from ten, that the facts hold neither so nor in digits. */
function strangeWord(text: string, facts: string): string | null {
  const words = text.match(numberWord);
  if (!words) return null;
  const told = new Set(facts.toLowerCase().match(numberWord));
  const known = new Set(amountsIn(facts).map(({ value }) => Math.abs(value)));
  const isTold = (word: string) => told.has(word) || known.has(wordValues[word]!);
  return words.find((word) => !isTold(word.toLowerCase())) ?? null;
}

function isSame(said: Amount, fact: Amount): boolean {
  if (said.unit !== '' && fact.unit !== '' && said.unit !== fact.unit) return false;
  const half = 0.5 * 10 ** -said.decimals + 1e-9;
  return (
    Math.abs(Math.abs(said.value) - Math.abs(fact.value)) <=
    (said.decimals < fact.decimals || !Number.isInteger(fact.value) ? half : 1e-9)
  );
}
