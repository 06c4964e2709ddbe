/** Whom a turn of an alert goes to, now and later. Pure. */
import type { Severity } from '@tomte/sdk/home';
import type { Person, Route, RouteStep } from '@tomte/sdk/types-people';
import { quietEnd, within } from './quiet-hours.ts';
import type { Turn } from './turn.ts';

export interface Listener {
  readonly id: string;
  /** Null hears every home. */
  readonly home: string | null;
  readonly enabled: boolean;
  readonly severities: readonly string[];
  /** True when its messages cannot be replaced. */
  readonly appends: boolean;
  /** True when this alert was told there, or is on its way. */
  readonly told: boolean;
}

/** A person, and where they are as far as the home knows. */
export interface Resident extends Person {
  readonly presence: 'home' | 'away' | null;
}

export interface Subject {
  readonly home: string;
  readonly severity: Severity;
  /** Ids and names of the areas it is about. */
  readonly areas: readonly string[];
  readonly now: number;
  readonly zone: string;
}

export interface Everyone {
  readonly listeners: readonly Listener[];
  readonly persons: readonly Resident[];
  readonly routes: readonly Route[];
}

export interface PlanStep {
  readonly afterMinutes: number;
  readonly channels: readonly string[];
}

/** The first is told at once, each later one if nobody has seen it by then. Null: no route fits. */
export interface Plan {
  readonly route: string | null;
  readonly steps: readonly PlanStep[];
}

/** The first route that fits; without one, and where one leads to nobody, everybody. */
export function planOf(subject: Subject, all: Everyone): Plan {
  const able = all.listeners.filter(
    (listener) => hears(listener, subject) && listener.severities.includes(subject.severity),
  );
  const everybody = able.map(({ id }) => id);
  const route = all.routes.find((one) => fits(one, subject));
  const nobody: Plan = { route: null, steps: [{ afterMinutes: 0, channels: everybody }] };
  if (!route) return nobody;
  const seen = new Set<string>();
  const steps: PlanStep[] = [];
  for (const step of route.steps) {
    const named = channelsOf(step, route, all.persons, everybody);
    const channels = named.filter((id) => everybody.includes(id) && !seen.has(id));
    for (const id of channels) seen.add(id);
    if (channels.length > 0) steps.push({ afterMinutes: step.afterMinutes, channels });
  }
  const [first] = steps;
  if (!first) return nobody;
  // Somebody is always told at once: who comes first is, also where the step before led to nobody.
  return { route: route.id, steps: [{ ...first, afterMinutes: 0 }, ...steps.slice(1)] };
}

/** A later step, and when it is due, epoch ms. */
export interface DueStep {
  readonly dueAt: number;
  readonly channels: readonly string[];
}

const minuteMs = 60_000;

/**
 * The steps after the first. Their minutes count from when the one before could be heard: nobody can have seen what
 * waits for the end of quiet hours.
 */
export function laterSteps(
  steps: readonly PlanStep[],
  persons: readonly Person[],
  o: Pick<Subject, 'severity' | 'now' | 'zone'>,
): DueStep[] {
  let told = o.now;
  let after = 0;
  const due = steps.map(({ afterMinutes, channels }) => {
    const dueAt = told + (afterMinutes - after) * minuteMs;
    const ends = channels.map((id) => quietUntil(id, persons, { ...o, now: dueAt }) ?? dueAt);
    told = Math.min(...ends);
    after = afterMinutes;
    return { dueAt, channels };
  });
  return due.slice(1);
}

/**
 * News goes to whom the plan begins with; what is no news only replaces a message that is there.
 * `over` always follows the message it ends, also into a mailbox.
 */
export function hearersOf(
  turn: Turn,
  o: Pick<Subject, 'home'> & Pick<Everyone, 'listeners'> & { first: readonly string[] },
): string[] {
  return o.listeners
    .filter((listener) => hears(listener, o))
    .filter((listener) => {
      if (turn.kind === 'over') return listener.told;
      if (turn.silent) return listener.told && !listener.appends;
      return listener.told || o.first.includes(listener.id);
    })
    .map(({ id }) => id);
}

/** Until when a channel is left alone, epoch ms; null when it may be told. *Now* never waits. */
export function quietUntil(
  channel: string,
  persons: readonly Person[],
  o: Pick<Subject, 'severity' | 'now' | 'zone'>,
): number | null {
  if (o.severity === 'now') return null;
  const owners = persons.filter(({ channels }) => channels.includes(channel));
  const ends = owners.map(({ quiet }) => quietEnd(quiet, o.now, o.zone));
  // Of several who read it, one who is awake is enough.
  if (ends.length === 0 || ends.some((end) => end === null)) return null;
  return Math.min(...(ends as number[]));
}

/** Whose channel it is; null where it is nobody's, or of several. */
export function ownerOf(channel: string, persons: readonly Person[]): Person | null {
  const owners = persons.filter(({ channels }) => channels.includes(channel));
  return owners.length === 1 ? owners[0]! : null;
}

const hears = ({ enabled, home }: Listener, o: { home: string }) =>
  enabled && (home === null || home === o.home);

function fits(route: Route, { home, severity, areas, now, zone }: Subject): boolean {
  return (
    route.enabled &&
    (route.home === null || route.home === home) &&
    (route.severities.length === 0 || route.severities.includes(severity)) &&
    (route.areas.length === 0 || route.areas.some((area) => areas.includes(area))) &&
    (route.hours === null || within(route.hours, now, zone))
  );
}

function channelsOf(
  step: RouteStep,
  route: Route,
  persons: readonly Resident[],
  everybody: readonly string[],
): string[] {
  const anybody = step.persons.length === 0 && step.channels.length === 0;
  const named = anybody ? persons : persons.filter(({ id }) => step.persons.includes(id));
  const told = present(named, route.presence).flatMap(({ channels }) => channels);
  // What is nobody's, such as the bell, is everybody's.
  const shared = anybody
    ? everybody.filter((id) => !persons.some(({ channels }) => channels.includes(id)))
    : [];
  return [...new Set([...told, ...step.channels, ...shared])];
}

/** Those who are there; where nobody is, or nobody knows, all of them. */
function present(persons: readonly Resident[], wanted: Route['presence']): readonly Resident[] {
  if (wanted === 'all') return persons;
  const fitting = persons.filter(({ presence }) => presence === null || presence === wanted);
  return fitting.length > 0 ? fitting : persons;
}
