import type { ErrorCode } from '@tomte/sdk/errors';
import type { Action, EntityInfo, EntityState } from '@tomte/sdk/home';
import type { Grant } from '@tomte/sdk/types-grant';
import { clockTime, duration, moment } from '@tomte/sdk/words';
import { switchesTo } from './confirm.ts';

/** What one entity's rules are judged by. */
export interface RuleContext {
  readonly grants: readonly Grant[];
  readonly info: (id: string) => EntityInfo | undefined;
  readonly areaOf: (id: string) => string | null;
  readonly state: (id: string) => EntityState | undefined;
  /** Epoch ms. */
  readonly now: number;
  /** IANA. */
  readonly zone: string;
  /** Until when a mode holds, epoch ms; null while it does not. */
  readonly mode: (mode: 'pause' | 'guests' | 'away') => number | null;
  /** Actions sent to this entity since then, whoever asked. */
  readonly sent: (id: string, since: number) => number;
}

export type EntityVerdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'ask'; readonly reason: string }
  | { readonly kind: 'refused'; readonly rule: ErrorCode; readonly message: string };

const hourMs = 3_600_000;
const minuteMs = 60_000;
const allowed = { kind: 'allowed' } as const;
const rank = { allowed: 0, ask: 1, refused: 2 } as const;

/**
 * The kindest of the rules that name this entity decides. `never`: it is one of those that need a yes
 * each time; an area does not name it.
 */
export function judgeEntity(
  id: string,
  action: Action,
  o: RuleContext & { readonly never: boolean },
): EntityVerdict {
  const area = o.never ? null : o.areaOf(id);
  let best: EntityVerdict | null = null;
  for (const rule of o.grants) {
    const names = rule.entities.includes(id) || (area !== null && rule.areas.includes(area));
    if (!names) continue;
    const verdict = byRule(rule, id, action, o);
    if (best === null || rank[verdict.kind] < rank[best.kind]) best = verdict;
  }
  if (best) return best;
  return o.never
    ? refused('guardrail.never', `${id} is never switched without your yes`)
    : refused('guardrail.not_granted', `${id} was not allowed`);
}

function byRule(
  rule: Grant,
  id: string,
  action: Action,
  o: RuleContext & { readonly never: boolean },
): EntityVerdict {
  const name = `${action.domain}.${action.action}`;
  if (rule.actions && !rule.actions.includes(action.action)) {
    return refused('guardrail.action_not_granted', `${name} was not allowed for ${id}`);
  }
  return (
    outOfRange(rule, action, name) ??
    notWhile(rule, id, o) ??
    inQuietHours(rule, id, o) ??
    tooSoon(rule, id, action, o) ??
    tooOften(rule, id, o) ??
    (o.never || rule.ask ? { kind: 'ask', reason: `${name} of ${id} needs your yes` } : allowed)
  );
}

/** A number may come as text: Home Assistant reads both. */
function outOfRange(rule: Grant, action: Action, name: string): EntityVerdict | null {
  if (!rule.ranges) return null;
  for (const [field, value] of Object.entries(action.data)) {
    const range = rule.ranges.find((one) => one.field === field);
    for (const number of numbersIn(value)) {
      const within =
        range !== undefined &&
        number >= (range.min ?? Number.NEGATIVE_INFINITY) &&
        number <= (range.max ?? Number.POSITIVE_INFINITY);
      if (!within)
        return refused('guardrail.out_of_range', `${name}: ${field} ${number} is too far`);
    }
    // Whatever is neither number nor text that is one could mean a number to somebody else.
    if (range && numbersIn(value).length === 0) {
      return refused('guardrail.out_of_range', `${name}: ${field} is not a number`);
    }
  }
  return null;
}

/** NaN for what only Home Assistant would read as a number (`1_0`, `inf`, other digits): that fits no range. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value === 'string') return looksLikeNumber.test(value) ? [Number(value)] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

const looksLikeNumber = /^[\s+-]*(?:[\p{Nd}._e+-]*\p{Nd}[\p{Nd}._e+-]*|inf(?:inity)?|nan)\s*$/iu;

function notWhile(rule: Grant, id: string, o: RuleContext): EntityVerdict | null {
  for (const mode of rule.notWhile ?? []) {
    const until = o.mode(mode);
    if (until === null) continue;
    const why = mode === 'guests' ? 'guests are there' : 'you are away';
    const end = moment(until, o.now, o.zone);
    return refused('guardrail.not_while', `${id} is not switched while ${why}, until ${end}`);
  }
  return null;
}

/** By the clock on the wall, so that it holds over midnight and on both days the clocks change. */
function inQuietHours({ quiet }: Grant, id: string, o: RuleContext): EntityVerdict | null {
  if (!quiet) return null;
  const time = clockTime(o.now, o.zone);
  const inside =
    quiet.from < quiet.to
      ? quiet.from <= time && time < quiet.to
      : quiet.from <= time || time < quiet.to;
  if (!inside) return null;
  return refused('guardrail.quiet_hours', `${id} is not switched ${quiet.from} to ${quiet.to}`);
}

/** Since when it is on or off is what the home says; a restart of Home Assistant begins that anew. */
function tooSoon(rule: Grant, id: string, action: Action, o: RuleContext): EntityVerdict | null {
  const state = o.state(id);
  const to = state ? switchesTo(action, state) : null;
  if (!state || to === null || (to === 'off') === (state.state === 'off')) return null;
  const minutes = (to === 'off' ? rule.minOnMinutes : rule.minOffMinutes) ?? 0;
  const sinceMs = Math.max(0, o.now - state.lastChanged);
  if (minutes === 0 || sinceMs >= minutes * minuteMs) return null;
  const is = to === 'off' ? 'on' : 'off';
  const words = `${id} is ${is} since ${duration(sinceMs)} and stays so for ${minutes} min at least`;
  return refused('guardrail.too_soon', words);
}

function tooOften({ perHour }: Grant, id: string, o: RuleContext): EntityVerdict | null {
  if (perHour === undefined || o.sent(id, o.now - hourMs) < perHour) return null;
  const words = `${id} was switched ${perHour} times within the hour, which is its limit`;
  return refused('guardrail.too_often', words);
}

const refused = (rule: ErrorCode, message: string): EntityVerdict => ({
  kind: 'refused',
  rule,
  message,
});
