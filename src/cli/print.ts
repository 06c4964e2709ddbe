import type { Problem } from './command.ts';

/** A line for a terminal: what a home calls itself must not move the cursor, or turn the text around. */
export const plain = (line: string): string =>
  line.replace(/(?!\n)[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD');

/** Rows as columns, as wide as their longest cell; the last one is left ragged. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** ISO time to the minute by the clock of this computer, with its offset; the wire keeps the whole. */
export function minute(iso: string | null): string {
  if (iso === null) return '';
  const ahead = -new Date(iso).getTimezoneOffset();
  const here = new Date(Date.parse(iso) + ahead * 60_000).toISOString();
  return `${here.slice(0, 16).replace('T', ' ')}${offset(ahead)}`;
}

/** The time of day to the second, by the clock of this computer. */
export function second(iso: string): string {
  const ahead = -new Date(iso).getTimezoneOffset();
  return new Date(Date.parse(iso) + ahead * 60_000).toISOString().slice(11, 19);
}

/** `+01:00`, or `Z` where the computer keeps UTC. */
function offset(minutes: number): string {
  if (minutes === 0) return 'Z';
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const away = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(away / 60)}:${two(away % 60)}`;
}

export const problemLine = ({ path, found, expected, line }: Problem): string =>
  [
    `${path}${line === undefined ? '' : ` (line ${line})`}: `,
    found === undefined ? expected : `found ${found}, expected ${expected}`,
  ].join('');

/** 12 kB, 3.4 MB: as file managers say it. */
export function bytesText(bytes: number): string {
  const step =
    bytes < 1e6
      ? ([1e3, 'kB'] as const)
      : bytes < 1e9
        ? ([1e6, 'MB'] as const)
        : ([1e9, 'GB'] as const);
  const value = bytes / step[0];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${step[1]}`;
}

/** Tells how far it is, a line each twentieth part of a phase; of little nothing is told. */
export function rowsTold(say: (line: string) => void) {
  const worthRows = 20_000;
  let last = '';
  return (phase: string, done: number, of: number): void => {
    const percent = of === 0 ? 100 : Math.floor((done / of) * 20) * 5;
    const line = `${phase}: ${percent} %, ${done} of ${of} rows\n`;
    const step = `${phase} ${percent}`;
    if (of < worthRows || step === last) return;
    last = step;
    say(line);
  };
}
