/** What would have been another in the past with another setting: moments that came and went. Pure. */
import type { Preview } from '@tomte/sdk/types-detect';
import type { Backtest } from '@tomte/sdk/types-runs';

/** Something that would have been told or switched. Times are epoch ms. */
export interface Moment {
  readonly kind: 'alert' | 'finding' | 'action';
  /** Of the same thing: two that overlap are one. */
  readonly thing: string;
  readonly title: string;
  readonly from: number;
  readonly to: number;
  /** How urgently it would be told; null for an Action. */
  readonly how: string | null;
}

export interface Difference {
  /** Only as it is now. */
  readonly gone: readonly Moment[];
  /** Only as asked. */
  readonly come: readonly Moment[];
  /** In both, told another way or at another time. */
  readonly otherwise: readonly (readonly [was: Moment, is: Moment])[];
}

const endOf = (until: string | null): number =>
  until === null ? Number.POSITIVE_INFINITY : Date.parse(until);

export function momentsOfBacktest({ alerts, actions }: Backtest): Moment[] {
  return [
    ...alerts.map(({ key, title, since, until, severity }) => ({
      ...{ kind: 'alert' as const, thing: key, title, how: severity },
      ...{ from: Date.parse(since), to: endOf(until) },
    })),
    ...actions
      .filter(({ allowed }) => allowed)
      .map(({ at, domain, action, entities }) => ({
        ...{ kind: 'action' as const, how: null, from: Date.parse(at), to: Date.parse(at) },
        thing: `${domain}.${action} ${entities.join(' ')}`,
        title: `${domain}.${action} ${entities.join(', ')}`.trim(),
      })),
  ];
}

/** Those that are told where the slider stands. */
export function momentsOfPreview({ stops, findings, sooner }: Preview): Moment[] {
  const here = stops.find((stop) => stop.sooner === sooner) ?? stops[0];
  const told = new Set(here?.episodes);
  return findings
    .filter(({ episode }) => told.has(episode))
    .map(({ title, since, until, entities, severity }) => ({
      ...{ kind: 'finding' as const, thing: entities[0] ?? title, title, how: severity },
      ...{ from: Date.parse(since), to: endOf(until) },
    }));
}

/** Newest first. */
export function differenceOf(was: readonly Moment[], is: readonly Moment[]): Difference {
  const overlap = (a: Moment, b: Moment) => a.kind === b.kind && a.from <= b.to && b.from <= a.to;
  const same = (a: Moment, b: Moment) => overlap(a, b) && a.thing === b.thing;
  // Two sensors may see one water: it is told once, by whichever notices first.
  const alike = (a: Moment, b: Moment) =>
    overlap(a, b) && a.kind === 'finding' && withoutFigures(a.title) === withoutFigures(b.title);
  const newest = (these: readonly Moment[]) => [...these].sort((a, b) => b.from - a.from);
  const gone = was.filter((a) => !is.some((b) => same(a, b)));
  const come = is.filter((b) => !was.some((a) => same(a, b)));
  return {
    gone: newest(gone.filter((a) => !come.some((b) => alike(a, b)))),
    come: newest(come.filter((b) => !gone.some((a) => alike(a, b)))),
    otherwise: was.flatMap((a) => {
      const found = is.find((b) => same(a, b));
      return found && isOther(a, found) ? [[a, found] as const] : [];
    }),
  };
}

const withoutFigures = (title: string): string => title.replace(/\d+(?:[.,:]\d+)*/g, '#');

/** A finding begins a little earlier or later with each limit; an alert says when it is told. */
const isOther = (was: Moment, is: Moment): boolean =>
  was.how !== is.how || (was.kind === 'alert' && was.from !== is.from);
