/** Numbers and times as people read them. Pure; used by alerts, pages and pictures alike. */

const minuteMs = 60_000;

/** `52 min`, `1 h 50 min`, `3 d 4 h`, `40 s`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  const min = Math.round(ms / minuteMs);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 48) return min % 60 === 0 ? `${h} h` : `${h} h ${min % 60} min`;
  const d = Math.floor(h / 24);
  return h % 24 === 0 ? `${d} d` : `${d} d ${h % 24} h`;
}

/** Two figures, as people speak: 0.41 -> `0.4`, 18.24 -> `18`, -18 -> `−18`, 1234 -> `1,230`. */
export function figure(value: number): string {
  return value < 0 ? `−${positive(-value)}` : positive(value);
}

function positive(value: number): string {
  if (value === 0) return '0';
  if (value < 0.1) return String(Number(value.toPrecision(1)));
  if (value < 10) return String(Number(value.toFixed(1)));
  if (value < 1000) return String(Math.round(value));
  return (Math.round(value / 10) * 10).toLocaleString('en-US');
}

/** `0.4 L/min`. */
export const amount = (value: number, unit: string | null): string =>
  unit ? `${figure(value)} ${unit}` : figure(value);

/** `4.2 kW`, `850 W`. */
export const wattWords = (watts: number): string =>
  watts >= 995 ? `${(watts / 1000).toFixed(1)} kW` : `${Math.round(watts)} W`;

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
    formats.set(key, made);
  }
  return made;
}

/** Clock time in the home's zone: `02:41`. */
export const clockTime = (t: number, zone: string): string =>
  format(zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(t);

/** `13 Nov`. */
export const dayTime = (t: number, zone: string): string =>
  format(zone, { day: 'numeric', month: 'short' }).format(t);

/** `Saturday 21 November`. */
export const longDay = (t: number, zone: string): string =>
  format(zone, { weekday: 'long', day: 'numeric', month: 'long' }).format(t).replace(',', '');

/** Clock time, with the day in front when it is not the day of `now`. */
export function moment(t: number, now: number, zone: string): string {
  const same = dayTime(t, zone) === dayTime(now, zone);
  return same ? clockTime(t, zone) : `${dayTime(t, zone)} ${clockTime(t, zone)}`;
}

/** `1 sensor`, `2 sensors`. */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;

/** Characters that a lock screen shows of a title, and of title and text together. */
export const titleMax = 45;
export const wholeMax = 240;

/** As many sentences as there is room for beside the title, dropped from the right. */
export function fit(title: string, sentences: readonly string[]): string {
  let text = '';
  for (const sentence of sentences) {
    const longer = text === '' ? sentence : `${text} ${sentence}`;
    if (title.length + longer.length > wholeMax) break;
    text = longer;
  }
  return text;
}

/** At most so many characters, never half of one; a cut shows. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const kept = text.slice(0, Math.max(0, charsMax - 1)).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept.trimEnd()}…`;
}

/** A title with a name in it: a name that is too long is cut, what stands behind it is not. */
export const titled = (name: string, rest: string): string =>
  `${cut(name, titleMax - rest.length)}${rest}`;
