/** Times on the page, in words. Pure. */
import { clockTime, duration, moment } from '@tomte/sdk/words';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const whole = (ms: number, unit: number) => Math.floor(ms / unit) * unit;

/** `just now`, `40 s ago`, `12 min ago`, `7 h ago`. */
export function ago(at: string | null, now: number): string {
  if (!at) return 'no news yet';
  const age = now - Date.parse(at);
  if (age < 1_500) return 'just now';
  // An age is read at a glance: past the first hour its minutes say nothing.
  const coarse = age < hourMs ? age : age < 2 * dayMs ? whole(age, hourMs) : whole(age, dayMs);
  return `${duration(coarse)} ago`;
}

/** `02:41`, or `13 Nov 02:41` when it is another day. */
export const when = (at: string, now: number, zone: string): string =>
  moment(Date.parse(at), now, zone);

/** Keeps a number and its unit on one line. */
export const unbroken = (text: string): string =>
  text.replaceAll(/(\d) (?=(?:L|min|h|d|s|ct|EUR|k?Wh?|m³)\b|%|°)/g, '$1\u00a0');

/** The next time the clock of `zone` shows `hour` o’clock, as epoch ms. */
export const nextHour = (now: number, hour: number, zone: string): number =>
  // Quarter hours from the next full one; zones are offset by quarters at the finest.
  nextTime(now, `${String(hour).padStart(2, '0')}:00`, zone, 900_000);

/** The next time it shows `wanted`, such as `02:10`; past two days, what is reached then. */
export function nextTime(now: number, wanted: string, zone: string, stepMs = 60_000): number {
  for (let t = Math.ceil((now + 1) / stepMs) * stepMs; ; t += stepMs) {
    if (clockTime(t, zone) === wanted || t > now + 2 * dayMs) return t;
  }
}

/** `valid until 14 Mar 2034, 7 y 112 d`, or null when the token does not say. */
export function tokenEnd(token: { expiresAt: string | null; daysLeft: number | null }) {
  if (!token.expiresAt || token.daysLeft === null) return null;
  const day = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).format(Date.parse(token.expiresAt));
  const years = Math.floor(token.daysLeft / 365.25);
  const days = Math.floor(token.daysLeft - years * 365.25);
  return `valid until ${day}, ${years > 0 ? `${years} y ` : ''}${days} d`;
}
