/** Litres in one unit of volume, by Home Assistant's unit. */
const volumeLitres: Readonly<Record<string, number>> = {
  L: 1,
  l: 1,
  mL: 0.001,
  dL: 0.1,
  hL: 100,
  'm³': 1000,
  m3: 1000,
  gal: 3.785411784,
  'fl. oz.': 0.0295735295625,
  'ft³': 28.316846592,
  ft3: 28.316846592,
  CCF: 2831.6846592,
  MCF: 28316.846592,
};
const perMinutes: Readonly<Record<string, number>> = {
  s: 60,
  min: 1,
  m: 1,
  h: 1 / 60,
  d: 1 / 1440,
};

/** Litres in one unit of volume; null when it is no volume. */
export const litresPer = (unit: string | null): number | null =>
  unit === null ? null : (volumeLitres[unit] ?? null);

/** Litres a minute in one unit of flow (`L/min`, `m³/h`, `gal/min`, …); null when it is no flow. */
export function litresPerMinutePer(unit: string | null): number | null {
  const [volume, time] = (unit ?? '').split('/');
  const litres = volumeLitres[volume ?? ''];
  const perMinute = perMinutes[time ?? ''];
  return litres === undefined || perMinute === undefined ? null : litres * perMinute;
}

/** Units people of this sensor read: gallons where it speaks of gallons or feet, else litres. */
export interface Shown {
  readonly volume: 'L' | 'gal';
  readonly flow: 'L/min' | 'gal/min';
  /** Litres in one shown unit. */
  readonly litres: number;
}
export const shownFor = (unit: string | null): Shown =>
  /gal|ft|CCF|MCF/.test(unit ?? '')
    ? { volume: 'gal', flow: 'gal/min', litres: 3.785411784 }
    : { volume: 'L', flow: 'L/min', litres: 1 };

/** A number of a state as it came; null for `unavailable` and other words. */
export function numberOf(v: number | string): number | null {
  if (typeof v === 'number') return Number.isFinite(v) ? v : null;
  if (v.trim() === '') return null;
  const parsed = Number(v);
  return Number.isFinite(parsed) ? parsed : null;
}

export const isDegrees = (unit: string | null): boolean =>
  unit === '°C' || unit === '°F' || unit === 'K';

/** Degrees Celsius; null when the unit is no temperature. */
export function celsiusOf(value: number, unit: string | null): number | null {
  if (unit === '°C') return value;
  if (unit === '°F') return ((value - 32) * 5) / 9;
  return unit === 'K' ? value - 273.15 : null;
}

/** Degrees as people of this sensor read them: `−11 °C`, one decimal only between −1 and 10. */
export function degrees(celsius: number, unit: string | null): string {
  const value = unit === '°F' ? (celsius * 9) / 5 + 32 : celsius;
  return `${plain(value)} ${unit === '°F' ? '°F' : '°C'}`;
}
/** A difference of degrees, without a sign. */
export function degreesApart(celsius: number, unit: string | null): string {
  const value = Math.abs(unit === '°F' ? (celsius * 9) / 5 : celsius);
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${unit === '°F' ? '°F' : '°C'}`;
}
function plain(value: number): string {
  const rounded = value > -1 && value < 10 ? Number(value.toFixed(1)) : Math.round(value);
  return String(rounded === 0 ? 0 : rounded).replace('-', '−');
}
