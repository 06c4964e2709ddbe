/** Forms of persons and routes: what stands in their fields, what is wrong with it, what is saved. Pure. */
import type { TomteError } from '@tomte/sdk/errors';
import type { ClockSpan, Person, Route } from '@tomte/sdk/types-people';

/** Hours of a form: both times stay also while they do not count. */
export interface SpanDraft {
  on: boolean;
  from: string;
  to: string;
}
export interface PersonDraft {
  name: string;
  /** Empty is nobody. */
  entity: string;
  channels: string[];
  quiet: SpanDraft;
  maySayYes: boolean;
}
export interface StepDraft {
  persons: string[];
  channels: string[];
  /** As it was typed. */
  afterMinutes: string;
}
export interface RouteDraft {
  name: string;
  enabled: boolean;
  /** Empty is every home. */
  home: string;
  severities: Route['severities'];
  areas: string[];
  hours: SpanDraft;
  presence: Route['presence'];
  steps: StepDraft[];
}
/** What is wrong, by the field it stands at. */
export type Wrong = Readonly<Record<string, string>>;

export const stepsMax = 5;
const minutesMax = 1440;
const clockWord = /^([01]\d|2[0-3]):[0-5]\d$/;

const spanDraft = (span: ClockSpan | null | undefined): SpanDraft => ({
  on: !!span,
  from: span?.from ?? '22:00',
  to: span?.to ?? '07:00',
});

export const personDraft = (person: Person | null): PersonDraft => ({
  name: person?.name ?? '',
  entity: person?.entity ?? '',
  channels: [...(person?.channels ?? [])],
  quiet: spanDraft(person?.quiet),
  maySayYes: person?.maySayYes ?? true,
});

/** Without whom and what is gone: it could not be saved again. */
export function routeDraft(
  route: Route | null,
  there: { persons: readonly { id: string }[]; channels: readonly { id: string }[] },
): RouteDraft {
  const steps = route?.steps ?? [{ persons: [], channels: [], afterMinutes: 0 }];
  const still = (ids: readonly string[], rows: readonly { id: string }[]) =>
    ids.filter((id) => rows.some((row) => row.id === id));
  return {
    name: route?.name ?? '',
    enabled: route?.enabled ?? true,
    home: route?.home ?? '',
    severities: [...(route?.severities ?? [])],
    areas: [...(route?.areas ?? [])],
    hours: spanDraft(route?.hours),
    presence: route?.presence ?? 'all',
    steps: steps.map((step) => ({
      persons: still(step.persons, there.persons),
      channels: still(step.channels, there.channels),
      afterMinutes: String(step.afterMinutes),
    })),
  };
}

/** A step that follows the last one after ten more minutes. */
export const nextStep = (steps: readonly StepDraft[]): StepDraft => ({
  persons: [],
  channels: [],
  afterMinutes: String(Math.min(minutesMax, (Number(steps.at(-1)?.afterMinutes) || 0) + 10)),
});

export const personWrong = ({ name, quiet }: PersonDraft): Wrong => ({
  ...nameWrong(name),
  ...spanWrong('quiet', quiet),
});

export function routeWrong({ name, hours, steps }: RouteDraft): Wrong {
  const wrong: Record<string, string> = { ...nameWrong(name), ...spanWrong('hours', hours) };
  steps.forEach(({ afterMinutes }, n) => {
    if (n === 0) return;
    const minutes = Number(afterMinutes);
    const before = n === 1 ? 0 : Number(steps[n - 1]!.afterMinutes);
    if (afterMinutes.trim() === '' || !Number.isInteger(minutes) || minutes > minutesMax)
      wrong[`steps.${n}`] = 'A whole number of minutes, at most 1,440.';
    else if (minutes <= before) wrong[`steps.${n}`] = `Later than the step before: over ${before}.`;
  });
  return wrong;
}

const nameWrong = (name: string): Wrong => (name.trim() === '' ? { name: 'This is needed.' } : {});

function spanWrong(field: string, { on, from, to }: SpanDraft): Wrong {
  if (!on) return {};
  if (!clockWord.test(from) || !clockWord.test(to))
    return { [field]: 'Two times of the day, such as 22:00 and 07:00.' };
  return from === to ? { [field]: 'They begin and end at different times.' } : {};
}

const spanOf = ({ on, from, to }: SpanDraft): ClockSpan | null => (on ? { from, to } : null);

export const personGiven = ({ name, entity, channels, quiet, maySayYes }: PersonDraft) => ({
  name: name.trim(),
  entity: entity === '' ? null : entity,
  channels: [...channels],
  quiet: spanOf(quiet),
  maySayYes,
});

export const routeGiven = ({ name, home, hours, steps, ...rest }: RouteDraft) => ({
  ...rest,
  name: name.trim(),
  home: home === '' ? null : home,
  hours: spanOf(hours),
  steps: steps.map((step, n) => ({
    ...step,
    afterMinutes: n === 0 ? 0 : Number(step.afterMinutes),
  })),
});

/** What Tomte found wrong, at its field where it names one that the form has. */
export function wrongFrom(fault: TomteError, fields: readonly string[]): Wrong {
  const { field, problems } = fault.details as {
    field?: string;
    problems?: readonly { path: string; expected: string }[];
  };
  const named = problems?.map(({ path, expected }) => [path.split('.')[0]!, expected] as const);
  const all = named ?? (field === undefined ? [] : [[field, `${fault.message}.`] as const]);
  return Object.fromEntries(all.filter(([name]) => fields.includes(name)));
}
