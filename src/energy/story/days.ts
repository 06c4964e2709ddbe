import { wallOf } from '@tomte/sdk/wall-clock';
import { quantile } from '../lint/sensor.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** Local date, `2026-11-27`. */
export function dayOf(t: number, zone: string): string {
  const { year, month, day } = wallOf(t, zone);
  return `${year}-${two(month)}-${two(day)}`;
}

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, v) => sum + v, 0) / values.length;

export const median = (values: readonly number[]): number => quantile(values, 0.5);
