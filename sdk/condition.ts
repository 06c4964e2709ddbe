/** Whether a condition is so. Pure: the same for a Run, a backtest and a test. */
import { TomteError } from './errors.ts';
import type { EntityState } from './home.ts';
import { type Condition, ms, type StateCondition } from './trigger.ts';
import { timeOfDay, wallOf, whenOf } from './wall-clock.ts';

/** What conditions are judged by: the Mirror, or the recorded past of a backtest. */
export interface World {
  state(entity: string): SeenState | null;
  /** IANA zone of the home. */
  readonly zone: string;
  /** Epoch ms. */
  readonly now: number;
}
export type SeenState = Pick<EntityState, 'state' | 'attributes' | 'lastChanged' | 'lastUpdated'>;

/**
 * Since when each condition with `for` has been so (epoch ms; null while it is not), in the order in
 * which they stand. Plain JSON: kept across restarts, because Home Assistant's own times are not.
 */
export type Held = readonly (number | null)[];

export interface Judged {
  readonly met: boolean;
  /** When it may change without a change of a state, epoch ms; null when it cannot. */
  readonly again: number | null;
  readonly held: Held;
}

/** Whether it is so now. Pure. `held` is what the last judgement of the same condition gave. */
export function judge(condition: Condition, world: World, held: Held = []): Judged {
  const kept: (number | null)[] = [];
  const look = (one: Condition): Omit<Judged, 'held'> => {
    if ('all' in one) return every(one.all.map(look));
    if ('any' in one) return some(one.any.map(look));
    if ('not' in one) {
      const { met, again } = look(one.not);
      return { met: !met, again };
    }
    if ('time' in one) {
      const again = nextEdge(one.time, world.zone, world.now);
      return { met: inWindow(one.time, world.zone, world.now), again };
    }
    if (one.for === undefined) return { met: stands(one, world) === 'yes', again: null };
    const { met, again, since } = lasting(one, world, held[kept.length] ?? null);
    kept.push(since);
    return { met, again };
  };
  return { ...look(condition), held: kept };
}

type Looked = Omit<Judged, 'held'>;
const every = (all: readonly Looked[]): Looked => ({
  met: all.every(({ met }) => met),
  again: soonest(all),
});
const some = (any: readonly Looked[]): Looked => ({
  met: any.some(({ met }) => met),
  again: soonest(any),
});
const soonest = (looked: readonly Looked[]): number | null =>
  looked.reduce<number | null>(
    (least, { again }) => (again === null ? least : Math.min(least ?? again, again)),
    null,
  );

function lasting(
  one: StateCondition,
  world: World,
  before: number | null,
): Looked & { since: number | null } {
  const now = stands(one, world);
  // A device that is away says nothing: it is not so now, and yet was not interrupted.
  if (now === 'silent') return { met: false, again: null, since: before };
  if (now === 'no') return { met: false, again: null, since: null };
  const state = world.state(one.entity)!;
  // An attribute has no time of its own; it cannot have changed after the entity did.
  const since = before ?? (one.attribute === undefined ? state.lastChanged : state.lastUpdated);
  const due = since + ms(one.for!);
  const met = world.now >= due;
  return { met, again: met ? null : due, since };
}

const silent = (value: unknown): boolean =>
  value === undefined || value === null || value === 'unavailable' || value === 'unknown';

/** `silent` where nothing is known: that meets a condition only which names it. */
function stands(one: StateCondition, world: World): 'yes' | 'no' | 'silent' {
  const seen = world.state(one.entity);
  const value = seen === null ? null : one.attribute ? seen.attributes[one.attribute] : seen.state;
  if (silent(value)) return listed(one.is, value) && isBare(one) ? 'yes' : 'silent';
  if (one.is !== undefined && !listed(one.is, value)) return 'no';
  if (one.isNot !== undefined && listed(one.isNot, value)) return 'no';
  if (one.above === undefined && one.below === undefined) return 'yes';
  const number = typeof value === 'number' ? value : Number.parseFloat(String(value));
  if (!Number.isFinite(number) || unitOf(seen) !== (one.unit ?? unitOf(seen))) return 'no';
  if (one.above !== undefined && !(number > one.above)) return 'no';
  return one.below !== undefined && !(number < one.below) ? 'no' : 'yes';
}

const isBare = ({ above, below }: StateCondition) => above === undefined && below === undefined;
const listed = (words: string | readonly string[] | undefined, value: unknown): boolean =>
  words !== undefined && (Array.isArray(words) ? words : [words]).includes(String(value));
const unitOf = (seen: SeenState | null): unknown => seen?.attributes.unit_of_measurement;

type TimeWindow = Extract<Condition, { time: unknown }>['time'];
const edgeOf = (text: string | undefined): number | null =>
  text === undefined ? null : timeOfDay(text);

/** True between `after` (included) and `before` of the wall clock, on one of the days; over midnight too. */
function inWindow(window: TimeWindow, zone: string, now: number): boolean {
  const { time, weekday } = wallOf(now, zone);
  const after = edgeOf(window.after);
  const before = edgeOf(window.before);
  const isPast = after === null || time >= after;
  const isBefore = before === null || time < before;
  const wraps = after !== null && before !== null && after >= before;
  if (!(wraps ? isPast || isBefore : isPast && isBefore)) return false;
  // The hours after midnight belong to the evening they began in.
  const day = wraps && !isPast ? ((weekday + 5) % 7) + 1 : weekday;
  return window.weekdays === undefined || window.weekdays.some((one) => one === day);
}

/** When the window may open or close next, epoch ms. */
function nextEdge(window: TimeWindow, zone: string, now: number): number {
  const today = wallOf(now, zone);
  const edges = [edgeOf(window.after), edgeOf(window.before), 0].filter((edge) => edge !== null);
  // More than today: a time of the wall clock may be skipped.
  const found = edges.flatMap((edge) => [0, 1, 2].map((days) => whenOf(today, edge, zone, days)));
  return Math.min(...found.filter((edge) => edge > now));
}

/** The state conditions in it, wherever they stand. */
export function stateConditions(condition: Condition): StateCondition[] {
  if ('all' in condition) return condition.all.flatMap(stateConditions);
  if ('any' in condition) return condition.any.flatMap(stateConditions);
  if ('not' in condition) return stateConditions(condition.not);
  return 'time' in condition ? [] : [condition];
}

export const entitiesOf = (condition: Condition): string[] => [
  ...new Set(stateConditions(condition).map(({ entity }) => entity)),
];

/** Throws `run.condition_invalid` where a number is compared in another unit than the entity's own. */
export function refuseWrongUnits(condition: Condition, world: Pick<World, 'state'>): void {
  for (const { entity, unit } of stateConditions(condition)) {
    const seen = world.state(entity);
    if (unit === undefined || seen === null || silent(seen.state)) continue;
    const own = unitOf(seen);
    if (own === unit) continue;
    const message = `${entity} is told in ${typeof own === 'string' ? own : 'no unit'}, not in ${unit}`;
    throw new TomteError('run.condition_invalid', message, { details: { entity, unit, own } });
  }
}
