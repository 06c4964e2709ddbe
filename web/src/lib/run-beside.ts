/** What the home did while a Run ran, as strips of one time axis. Pure. */
import type { RunStates } from '@tomte/sdk/types-runs';
import { clockTime } from '@tomte/sdk/words';
import { stateText } from './rooms.ts';

type Lane = RunStates['lanes'][number];

export interface Part {
  /** Per cent of the width. */
  readonly left: number;
  readonly width: number;
  readonly look: 'active' | 'rest' | 'gone';
  readonly words: string;
}
export interface Strip {
  readonly entity: string;
  readonly name: string;
  /** Newest states in words: `off · on from 02:00 · off from 04:12`. */
  readonly words: string;
  readonly rows: readonly { readonly at: string; readonly words: string }[];
  /** Of a number: a line in a box of 100 x 40, with gaps where it was not there; else parts. */
  readonly line: string | null;
  /** Lowest and highest of a number, as it is read. */
  readonly range: readonly [string, string] | null;
  readonly parts: readonly Part[];
}

const saidMax = 4;
const height = 40;
const resting = new Set(['off', 'closed', 'locked', 'idle', 'standby', 'not_home', 'docked', '0']);
const isGone = (state: string): boolean => state === 'unavailable' || state === 'unknown';

/** Per cent of the window at which this moment stands. */
export function placeOf(at: string, { from, to }: Pick<RunStates, 'from' | 'to'>): number {
  const span = Math.max(1, Date.parse(to) - Date.parse(from));
  return Math.min(100, Math.max(0, ((Date.parse(at) - Date.parse(from)) / span) * 100));
}

export const strips = (beside: RunStates, zone: string): Strip[] =>
  beside.lanes.map((lane) => strip(lane, beside, zone));

function strip(lane: Lane, window: RunStates, zone: string): Strip {
  const { entity, name, states } = lane;
  const said = (state: string) => stateText({ ...lane, state });
  const rows = states.map(({ at, state }) => ({
    at: clockTime(Date.parse(at), zone),
    words: said(state),
  }));
  const late = rows.slice(-saidMax);
  const words = late.map(({ at, words: state }, n) =>
    n === 0 && rows.length <= saidMax ? state : `${state} from ${at}`,
  );
  const numbers = states.flatMap(({ state }) => (isGone(state) ? [] : [Number(state)]));
  const isNumber = lane.unit !== null && numbers.length > 0 && numbers.every(Number.isFinite);
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  return {
    ...{ entity, name, rows, words: words.join(' · ') },
    line: isNumber ? line(lane, window, { low, high }) : null,
    range: isNumber ? [said(String(low)), said(String(high))] : null,
    parts: isNumber ? [] : parts(lane, window, said),
  };
}

function parts(lane: Lane, window: RunStates, said: (state: string) => string): Part[] {
  return lane.states.map(({ at, state }, n): Part => {
    const left = placeOf(at, window);
    const end = lane.states[n + 1]?.at ?? window.to;
    const look = isGone(state) ? 'gone' : resting.has(state) ? 'rest' : 'active';
    return { left, width: placeOf(end, window) - left, look, words: said(state) };
  });
}

/** Each value holds until the next; nothing is drawn where it was not there. */
function line(lane: Lane, window: RunStates, o: { low: number; high: number }): string {
  const span = o.high - o.low || 1;
  const y = (state: string) =>
    (height - 2 - ((Number(state) - o.low) / span) * (height - 4)).toFixed(1);
  let path = '';
  let drawing = false;
  lane.states.forEach(({ at, state }, n) => {
    const from = placeOf(at, window).toFixed(2);
    const to = placeOf(lane.states[n + 1]?.at ?? window.to, window).toFixed(2);
    if (!isGone(state)) path += `${drawing ? 'L' : 'M'}${from} ${y(state)}H${to}`;
    drawing = !isGone(state);
  });
  return path;
}
