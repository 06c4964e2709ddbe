/** Feasible ways to run the same loads, each planned whole with what it costs: what is left to choose. Pure. */
import { nextTimeOf } from '@tomte/sdk/wall-clock';
import type { Plan } from './plan.ts';
import type { Load, Problem } from './problem.ts';

export type ScheduleId = 'cheapest' | 'quiet' | 'today' | 'reserve';

export interface Schedule {
  readonly id: ScheduleId;
  readonly plan: Plan;
  /** What it costs more than the cheapest, what is left in the battery counted; not below 0. */
  readonly more: number;
}

export interface Ways {
  readonly zone: string;
  /** Times of day between which a home sleeps, such as `22:00` and `06:00`. */
  readonly quiet: { readonly from: string; readonly to: string };
  /** Money of a plan, what is left in the battery counted. */
  readonly worthOf: (problem: Problem, plan: Plan) => number;
  readonly makePlan: (problem: Problem) => Promise<Plan>;
}

/** The cheapest first, the others by what they cost more. One that bends more limits is none. */
export async function schedulesOf(
  problem: Problem,
  cheapest: Plan,
  ways: Ways,
): Promise<Schedule[]> {
  const found: Schedule[] = [{ id: 'cheapest', plan: cheapest, more: 0 }];
  const least = ways.worthOf(problem, cheapest);
  for (const [id, other] of othersOf(problem, ways)) {
    const plan = await ways.makePlan(other);
    if (plan.status === 'fallback' || plan.bent.length > cheapest.bent.length) continue;
    if (found.some((one) => sameStarts(problem, one.plan, plan) && id !== 'reserve')) continue;
    found.push({ id, plan, more: Math.max(0, ways.worthOf(problem, plan) - least) });
  }
  return found.sort((a, b) => a.more - b.more);
}

/** The same problem with one wish more, where the wish changes it. */
function othersOf(problem: Problem, { zone, quiet }: Ways): [ScheduleId, Problem][] {
  const { slots, battery } = problem;
  const now = slots[0]!.start;
  const night = { start: nextTimeOf(quiet.from, now, zone), end: nextTimeOf(quiet.to, now, zone) };
  // Within a night, that night goes on.
  const asleep = night.end < night.start ? { start: now, end: night.end } : night;
  const midnight = nextTimeOf('00:00', now, zone);
  const others: [ScheduleId, Problem][] = [];
  const add = (id: ScheduleId, loads: readonly Load[]) => {
    if (loads.some((load, n) => load !== problem.loads[n]))
      others.push([id, { ...problem, loads }]);
  };
  add(
    'quiet',
    problem.loads.map((load) => outside(load, asleep)),
  );
  add(
    'today',
    problem.loads.map((load) => outside(load, { start: midnight, end: Infinity })),
  );
  const half = battery ? (battery.socMaxWh + battery.socMinWh) / 2 : 0;
  if (battery && battery.socWh >= half) {
    others.push(['reserve', { ...problem, battery: { ...battery, socMinWh: half } }]);
  }
  return others;
}

/** The part of its window that lies before the span, or after it, whichever holds it; what runs goes on. */
function outside(load: Load, span: { start: number; end: number }): Load {
  const { earliest, deadline, minutes, running, comfort } = load;
  if (running || comfort || minutes === 0) return load;
  if (deadline <= span.start || earliest >= span.end) return load;
  const lengthMs = minutes * 60_000;
  if (span.start - earliest >= lengthMs) return { ...load, deadline: span.start };
  if (deadline - span.end >= lengthMs) return { ...load, earliest: span.end };
  return load;
}

/** Everything that can be moved begins at the same time. */
function sameStarts({ loads }: Problem, a: Plan, b: Plan): boolean {
  const startOf = (plan: Plan, id: string) =>
    plan.slots.findIndex((slot) => (slot.loads[id] ?? 0) > 0);
  return loads.every(({ id }) => startOf(a, id) === startOf(b, id));
}
