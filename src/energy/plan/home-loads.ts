/** What can wait in a home, as a person said it, made the loads of a problem for now. Pure. */

import type { Slot } from '@tomte/sdk/energy';
import type { PlanLoad } from '@tomte/sdk/plan-load';
import { minuteMs } from '../series.ts';
import { windowOf } from './load-window.ts';
import type { LoadOnWire } from './schema.ts';
import { warmNow } from './warm-loads.ts';

/** What a person wants otherwise, until it ends. Epoch ms. */
export interface Pin {
  /** Now; not before the end; as it is; done by a time; begun at a time. */
  readonly kind: 'now' | 'wait' | 'leave' | 'by' | 'at';
  /** Of `by` and `at`. */
  readonly at: number | null;
  /** Null: for ever. */
  readonly until: number | null;
}

/** What the home shows of it. */
export interface LoadSeen {
  readonly isOn: boolean | null;
  readonly isReady: boolean;
  /** Its own power shows that it runs; null where nothing shows it. */
  readonly isDrawing: boolean | null;
  /** By its level: how long it still needs; null where it has none, or it is not known. */
  readonly leftMinutes?: number | null;
  /** How warm it and its surroundings are; null where it is not known, absent where nothing is kept warm. */
  readonly warmth?: { readonly nowC: number; readonly outsideC: number | null } | null;
  /** When the events of its calendar begin, epoch ms; null where they could not be read, absent where it has none. */
  readonly events?: readonly number[] | null;
  /** When it ran, in time order, up to now; as far back as its window reaches at least. */
  readonly ran: readonly Slot[];
}

export type Stand =
  | 'planned'
  /** Warm, all day. */
  | 'kept'
  | 'running'
  | 'done'
  | 'not_ready'
  | 'not_needed'
  | 'left_alone'
  | 'waits'
  | 'unknown';

export interface LoadNow {
  readonly load: PlanLoad;
  readonly stand: Stand;
  readonly window: Slot;
  readonly doneMinutes: number;
  readonly pin: Pin | null;
  /** Null where it is not planned. */
  readonly wire: LoadOnWire | null;
  readonly seen: LoadSeen;
}

const quarterMs = 15 * minuteMs;

export function loadNow(
  said: PlanLoad,
  seen: LoadSeen,
  o: { now: number; zone: string; pin: Pin | null },
): LoadNow {
  if (said.keeps) return warmNow({ load: said, keeps: said.keeps }, seen, o);
  const { now, zone, pin } = o;
  const usual = windowOf(said, { now, zone, events: seen.events ?? null });
  const window = pinned(usual.window, said, pin, now);
  const within = { start: window.start, end: now };
  const load = byLevel(said, seen, within);
  const doneMinutes = doneOf(load, seen, within);
  const common = { load, window, doneMinutes, pin, seen };
  const left = load.minutes - doneMinutes;
  const isBegun = isRunning(seen) && doneMinutes > 0;
  if (pin?.kind === 'leave') return { ...common, stand: 'left_alone', wire: null };
  if (seen.isOn === null || (pin === null && isAlwaysOn(load, seen, window.start))) {
    return { ...common, stand: 'unknown', wire: null };
  }
  if (!usual.isNeeded && (pin === null || pin.kind === 'wait'))
    return { ...common, stand: 'not_needed', wire: null };
  if (left < 1 && pin?.kind !== 'now') return { ...common, stand: 'done', wire: null };
  if (pin?.kind === 'wait' && pin.until !== null && pin.until + left * minuteMs > window.end)
    return { ...common, stand: 'waits', wire: null };
  if (!seen.isReady && pin?.kind !== 'now') return { ...common, stand: 'not_ready', wire: null };
  const goesOn = pin?.kind === 'now' || (load.contiguous && isBegun);
  return {
    ...common,
    stand: goesOn ? 'running' : 'planned',
    wire: {
      ...{ id: load.name, powerW: load.powerW, fromBattery: load.fromBattery },
      durationMinutes: Math.max(1, pin?.kind === 'now' ? pinLeft(load, pin, now) : left),
      ...{ contiguous: load.contiguous || goesOn, running: goesOn },
      earliest: new Date(begunSlot(window.start, now)).toISOString(),
      deadline: new Date(window.end).toISOString(),
    },
  };
}

/** Of a window that began within the slot that is now, that slot is part. */
const begunSlot = (start: number, now: number): number =>
  start <= now ? Math.floor(start / quarterMs) * quarterMs : start;

/** A time that a person named stands in place of the daily window. */
function pinned(window: Slot, load: PlanLoad, pin: Pin | null, now: number): Slot {
  const length = load.minutes * minuteMs;
  const upToQuarter = (t: number) => Math.ceil(t / quarterMs) * quarterMs;
  switch (pin?.kind) {
    case 'by':
      return { start: Math.min(window.start, now), end: pin.at ?? window.end };
    case 'at': {
      const start = Math.floor((pin.at ?? window.start) / quarterMs) * quarterMs;
      return { start, end: upToQuarter(start + length) };
    }
    case 'now':
      return {
        start: Math.min(window.start, now),
        end: Math.max(window.end, upToQuarter(now + length)),
      };
    case 'wait':
      return { start: Math.max(window.start, pin.until ?? window.start), end: window.end };
    default:
      return window;
  }
}

/** What “now” asks for ends with its pin, whatever ran before. */
const pinLeft = (load: PlanLoad, pin: Pin, now: number): number =>
  pin.until === null ? load.minutes : Math.min(load.minutes, (pin.until - now) / minuteMs);

export const isRunning = (seen: LoadSeen): boolean => seen.isDrawing ?? seen.isOn === true;

/** Without a meter, what was on for longer than it runs when its window began does not show when it runs: a plug. */
function isAlwaysOn(load: PlanLoad, seen: LoadSeen, windowStart: number): boolean {
  const last = seen.ran.at(-1);
  if (load.meter !== null || !load.contiguous || !seen.isOn || !last) return false;
  if (last.end - last.start < (load.minutes + 15) * minuteMs) return false;
  return last.start <= windowStart - load.minutes * minuteMs;
}

/** What its level lacks stands in place of what was said: as long as it ran already, and as it still needs. */
function byLevel(said: PlanLoad, seen: LoadSeen, within: Slot): PlanLoad {
  const left = seen.leftMinutes ?? null;
  if (left === null) return said;
  const ran = doneOf({ ...said, minutes: Number.POSITIVE_INFINITY }, seen, within);
  return { ...said, minutes: Math.round(ran) + Math.ceil(left) };
}

/** Of one in pieces all that it ran counts; of one in one piece the piece it is in, or one that was long enough. */
function doneOf(load: PlanLoad, seen: LoadSeen, within: Slot): number {
  const pieces = seen.ran
    .map(({ start, end }) => ({
      start: Math.max(start, within.start),
      end: Math.min(end, within.end),
    }))
    .filter(({ start, end }) => end > start);
  const minutes = ({ start, end }: Slot) => (end - start) / minuteMs;
  if (!load.contiguous)
    return Math.min(
      load.minutes,
      pieces.reduce((sum, one) => sum + minutes(one), 0),
    );
  // Half a minute is lost between asking and being on.
  const whole = pieces.some((one) => minutes(one) >= load.minutes - 1);
  if (whole) return load.minutes;
  const last = pieces.at(-1);
  return isRunning(seen) && last && last.end >= within.end - minuteMs ? minutes(last) : 0;
}
