/** A home's plan as people read it. */
import { money } from '@tomte/sdk/money';
import type { HomePlanPage, PlannedLoadRow } from '@tomte/sdk/types-plan';
import { clockTime, moment } from '@tomte/sdk/words';
import { isRunning, type LoadNow } from '../../energy/plan/home-loads.ts';
import { backOrder } from '../../energy/plan/orders.ts';
import { dayMs, minuteMs } from '../../energy/series.ts';
import { iso, isoOrNull } from '../../lib/clock.ts';
import type { WorkflowSettingsRow } from '../../store/workflow-settings.ts';
import type { HomePlan } from './home-plans.ts';
import { meterSilent } from './meter-silence.ts';
import { nowInstead } from './plan-words.ts';

interface Where {
  readonly home: string;
  readonly now: number;
  readonly zone: string;
  readonly workflow: WorkflowSettingsRow | undefined;
  readonly wouldHave: HomePlanPage['wouldHave'];
}

const linesMax = 3;
/** Money below this is none. */
const least = 0.005;

export function planPage(where: Where, found: HomePlan | null): HomePlanPage {
  const { home, workflow, wouldHave } = where;
  const common = {
    ...{ home, mode: workflow?.mode ?? ('off' as const) },
    watchUntil: isoOrNull(workflow?.watch_until?.getTime() ?? null),
    wouldHave,
  };
  if (!found) {
    const sentence = 'Nothing is planned yet.';
    const empty = {
      ...{ figure: null, choices: [], lines: [], notes: [], loads: [], plan: null, madeAt: null },
    };
    return { ...common, state: 'none', sentence, ...empty };
  }
  const { plan, stale, madeAt } = found;
  const choices = choicesOf(where, found);
  return {
    ...common,
    state: stale === null && found.silentSince === null ? 'ready' : 'stale',
    sentence: sentenceOf(where, found),
    madeAt: isoOrNull(madeAt),
    figure: figureOf(where, found),
    choices,
    lines: choices.map(
      ({ load, text, saves }) => `${load} ${text}: ${money(saves, plan!.currency)} less.`,
    ),
    notes: notesOf(where, found),
    plan,
    loads: found.loads.map((one) => rowOf(where, found, one)),
  };
}

function sentenceOf(where: Where, found: HomePlan): string {
  if (found.silentSince !== null) return 'The plan is not followed: the meter is silent.';
  const figure = figureOf(where, found);
  if (!figure) return 'There is no plan to follow now.';
  const { head, other } = figure;
  return `${head} ${money(figure.money, figure.currency)}.${other === null ? '' : ` ${other}`}`;
}

function figureOf({ now, zone }: Where, found: HomePlan): HomePlanPage['figure'] {
  const { plan, stale, silentSince } = found;
  if (!plan || stale !== null || silentSince !== null) return null;
  const { cost, costDoNothing, currency, slots, band, instead = [] } = plan;
  const last = slots.at(-1)!;
  const end = moment(Date.parse(last.start) + last.minutes * minuteMs, now, zone);
  const usual = instead.reduce((sum, { saves }) => sum + saves, 0);
  const other =
    usual >= least
      ? `As you usually do it: ${money(cost + usual, currency)}.`
      : costDoNothing - cost >= least
        ? `All at once: ${money(costDoNothing, currency)}.`
        : null;
  const sure = { low: band?.low ?? null, high: band?.high ?? null };
  return { head: `Power until ${end} costs about`, money: cost, currency, ...sure, other };
}

/** The choices that save most, each with its price: against the usual time, else against now. */
function choicesOf({ now, zone }: Where, { plan }: HomePlan): HomePlanPage['choices'] {
  // Within a day a clock time is one time only.
  const near = (time: string) => {
    const t = Date.parse(time);
    return Math.abs(t - now) < dayMs ? clockTime(t, zone) : moment(t, now, zone);
  };
  const usual = new Map((plan?.instead ?? []).map((one) => [one.load, one]));
  return (plan?.reasons ?? [])
    .flatMap(({ load, startsAt, nowCostsMore }) => {
      const one = usual.get(load);
      const saves = one?.saves ?? nowCostsMore;
      if (startsAt === null || saves === null || saves === undefined) return [];
      const other = one ? near(one.usualAt) : 'now';
      const text = `${near(startsAt)} instead of ${other}`;
      return [{ load, saves, text }];
    })
    .filter(({ saves }) => saves >= least)
    .toSorted((a, b) => b.saves - a.saves)
    .slice(0, linesMax);
}

function notesOf(where: Where, { plan, stale, silentSince, loads }: HomePlan): string[] {
  const bent = plan?.bent ?? [];
  const late = bent.flatMap(({ limit, byMinutes = 0 }) =>
    limit.startsWith('deadline:')
      ? [`${limit.slice(9)} will not be done in time: ${Math.ceil(byMinutes)} min are lacking.`]
      : [],
  );
  const limits = [...new Set(bent.map(({ limit }) => limit))].filter((one) => !one.includes(':'));
  return [
    ...(silentSince === null ? [] : [`${meterSilent(silentSince, where.now)} ${backWords(where)}`]),
    ...(stale === null ? [] : [`${stale} Everything does what it does by itself.`]),
    ...late,
    ...limits.map((limit) => limitNote(where, plan!, limit)),
    ...(plan?.peak ? [plan.peak.text] : []),
    ...loads.flatMap((one) => bandNote(one, plan)),
    ...loads.filter(({ seen }) => seen.events === null).map(unreadWords),
    ...(plan?.batteryLeftOut ? [plan.batteryLeftOut] : []),
  ];
}

/** One sentence for all the slots in which a limit is not held. */
function limitNote(
  { now, zone }: Where,
  plan: NonNullable<HomePlan['plan']>,
  limit: string,
): string {
  const slots = plan.bent.filter((one) => one.limit === limit);
  const first = moment(Date.parse(plan.slots[slots[0]!.slot]!.start), now, zone);
  const more = slots.length === 1 ? '' : ` and ${slots.length - 1} times after it`;
  const most = Math.round(Math.max(...slots.map(({ byW = 0 }) => byW)));
  return `A limit is not held at ${first}${more}: ${limitWords[limit] ?? limit}, by ${most} W.`;
}

const limitWords: Readonly<Record<string, string>> = {
  gridImportMaxW: 'the fuse',
  gridExportMaxW: 'what may be fed in',
  socMinWh: 'the battery’s lowest charge',
  socMaxWh: 'the battery’s highest charge',
};

/** Less than this beside its band, °C, nobody feels. */
const feltC = 0.5;

/** One sentence for all the hours in which it is colder or warmer than its band. */
function bandNote({ load }: LoadNow, plan: HomePlan['plan']): string[] {
  const bent = (plan?.bent ?? []).filter(({ limit }) => limit === `comfort:${load.name}`);
  const most = Math.max(0, ...bent.map(({ byDegrees }) => byDegrees ?? 0));
  if (!load.keeps || most < feltC) return [];
  return [`${load.name} will be up to ${most.toFixed(1)} °C beside ${bandWords(load.keeps)}.`];
}

const bandWords = ({ minC, maxC }: { minC: number; maxC: number }): string =>
  `${minC} to ${maxC} °C`;

const unreadWords = ({ load }: LoadNow): string =>
  `${load.departure?.calendar} could not be read: ${load.name} is to be done by ${load.by}, as on other days.`;

/** What a silent meter led to: only what is followed was given back. */
function backWords({ workflow }: Where): string {
  if (workflow?.mode !== 'on') return 'Nothing is switched by a plan meanwhile.';
  const { battery } = (workflow.settings ?? {}) as { battery?: unknown };
  return battery
    ? 'I have given the battery back to its own mode.'
    : 'Everything does what it does by itself.';
}

function rowOf(where: Where, found: HomePlan, one: LoadNow): PlannedLoadRow {
  const { plan, pins } = found;
  const { load, stand, seen, window, doneMinutes, pin } = one;
  const { keeps = null } = load;
  const hand = pins.some((row) => row.load === load.name && row.set_by === 'hand');
  return {
    ...{ name: load.name, entity: load.entity, powerW: load.powerW, minutes: load.minutes },
    ...{ stand, isOn: seen.isOn, draws: isRunning(seen), doneMinutes: Math.round(doneMinutes) },
    ...{ from: iso(window.start), by: iso(window.end) },
    keeps: keeps && { ...{ minC: keeps.minC, maxC: keeps.maxC }, nowC: seen.warmth?.nowC ?? null },
    pieces: plan ? piecesOf(plan, load.name) : [],
    text: isGivenBack(where, found) ? givenBackWords(one) : textOf(where, one, plan),
    pin: pin && {
      ...{ kind: pin.kind, at: isoOrNull(pin.at), until: isoOrNull(pin.until) },
      text: `${hand ? 'Switched by hand: your' : 'Your'} way ${pin.until === null ? 'for ever' : `until ${moment(pin.until, where.now, where.zone)}`}`,
    },
  };
}

const isGivenBack = ({ workflow }: Where, { stale, silentSince }: HomePlan): boolean =>
  workflow?.mode === 'on' && (stale !== null || silentSince !== null);

function givenBackWords(one: LoadNow): string {
  const { want, why } = backOrder(one);
  return one.load.own === null && want === null && one.pin === null
    ? 'Given back: as it was before the plan began it.'
    : why;
}

/** Slots that touch are one piece. */
function piecesOf({ slots }: NonNullable<HomePlan['plan']>, load: string) {
  const found: { start: string; end: string }[] = [];
  for (const { start, minutes, loads } of slots) {
    if (!((loads[load] ?? 0) > 0)) continue;
    const end = iso(Date.parse(start) + minutes * minuteMs);
    const last = found.at(-1);
    if (last && Date.parse(last.end) === Date.parse(start)) last.end = end;
    else found.push({ start, end });
  }
  return found;
}

function textOf(
  { now, zone }: Where,
  { load, stand, seen, window, doneMinutes, pin }: LoadNow,
  plan: HomePlan['plan'],
): string {
  const by = moment(window.end, now, zone);
  switch (stand) {
    case 'planned': {
      const reason = plan?.reasons.find((one) => one.load === load.name);
      if (!reason || reason.nowCostsMore === null) return `Done by ${by}.`;
      const { nowCostsMore: more, kept = true } = reason;
      return nowInstead(more, { currency: plan!.currency, kept });
    }
    case 'kept':
      return keptWords(load, seen);
    case 'running':
      return pin?.kind === 'now' ? 'Runs now, as you said.' : 'Runs, and is not cut.';
    case 'done':
      if (load.level && seen.leftMinutes === 0)
        return `Charged to ${load.level.percent} % or more: nothing is lacking.`;
      return `Done: ${Math.round(doneMinutes)} of ${load.minutes} min.`;
    case 'not_ready':
      return `Not ready. Done by ${by} if it is ready in time.`;
    case 'not_needed':
      return load.departure?.calendar
        ? `Not needed today: no departure soon in ${load.departure.calendar}.`
        : 'Not needed today.';
    case 'waits':
      return 'Not before you said.';
    case 'left_alone':
      return 'Left alone.';
    case 'unknown':
      if (load.keeps && seen.isOn !== null)
        return `How warm it is is not known: ${load.keeps.sensor} tells nothing. It does what it does by itself.`;
      return seen.isOn === null
        ? 'The home does not show whether it is on.'
        : 'Its switch is always on, so I cannot see when it runs and leave it alone. Give it a meter of its power, or have its switch off until it is to run.';
  }
}

/** `Kept between 48 and 60 °C: 52.3 °C now.` */
const keptWords = ({ keeps }: LoadNow['load'], { warmth }: LoadNow['seen']): string =>
  `Kept between ${keeps!.minC} and ${keeps!.maxC} °C: ${warmth!.nowC.toFixed(1)} °C now.`;
