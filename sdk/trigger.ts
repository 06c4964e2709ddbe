/** Why a Run starts, what it may wait for, and the words both are said in. Plain JSON throughout: it is stored. */
import type { Finding } from './define.ts';
import type {
  AreaText,
  AttributeText,
  EntityText,
  LabelText,
  StateText,
  UnitText,
} from './home-types.ts';

/** `'90s'`, `'5m'`, `'2h'`, `'3d'`, or milliseconds. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a Duration. Throws a RangeError for anything else. */
export function ms(duration: Duration): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration;
    throw new RangeError(`${duration} is no duration`);
  }
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) ?? [];
  if (!number)
    throw new RangeError(`${JSON.stringify(duration)} is no duration: say 90s, 5m, 2h or 3d`);
  return Number(number) * unitMs[unit as keyof typeof unitMs];
}

/** Day of the week in the home, as ISO counts: 1 is Monday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** What is so in the home. Several given fields must all hold. */
export type Condition =
  | StateCondition
  | {
      readonly time: {
        readonly after?: string;
        readonly before?: string;
        readonly weekdays?: readonly Weekday[];
      };
    }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

export interface StateCondition {
  readonly entity: EntityText;
  /** Looked at in place of the state. */
  readonly attribute?: AttributeText;
  readonly is?: StateText | readonly StateText[];
  readonly isNot?: StateText | readonly StateText[];
  /** Numeric; a state that is no number meets neither. */
  readonly above?: number;
  readonly below?: number;
  /** Of `above` and `below`; must be the entity's own, else the condition is refused. */
  readonly unit?: UnitText;
  /** Has been so without interruption. */
  readonly for?: Duration;
}

/** Which entities: all given fields must fit. */
export interface EntitySelector {
  readonly entity?: EntityText | readonly EntityText[];
  /** By id or name. */
  readonly area?: AreaText;
  readonly label?: LabelText;
  readonly domain?: string;
  readonly deviceClass?: string;
}

/**
 * What to do about due times that passed while Tomte was off or the computer slept: nothing, one late
 * Run for all of them, or one each. None is made up for that is later than `lateMax`. Left out: one late Run, an hour late at most.
 */
export interface Misfire {
  readonly misfire?: 'skip' | 'once' | 'each';
  readonly lateMax?: Duration;
}

export type TimeSpec = Misfire &
  (
    | { readonly cron: string }
    | { readonly every: Duration }
    /** `'07:30'` each day in the home's zone, or an ISO 8601 time once. */
    | { readonly at: string; readonly weekdays?: readonly Weekday[] }
    | { readonly sun: 'sunrise' | 'sunset'; readonly offsetMinutes?: number }
  );

export interface StateSpec extends EntitySelector {
  readonly attribute?: AttributeText;
  readonly from?: StateText | readonly StateText[];
  readonly to?: StateText | readonly StateText[];
  /** Numeric crossing: was not above, is now. */
  readonly above?: number;
  readonly below?: number;
  readonly unit?: UnitText;
  /** Fires only after it stayed so. */
  readonly for?: Duration;
  /** A change that is heard later than this, as after a Gap, starts nothing; an hour when left out. */
  readonly lateMax?: Duration;
}

/** Why a Run starts, as the workflow declares it. One key names the trigger's file. */
export type TriggerSpec =
  | { readonly anomaly: { readonly about: string } }
  | { readonly alert: { readonly turn: 'opened' | 'seen' | 'over'; readonly keyPrefix?: string } }
  | { readonly time: TimeSpec }
  | { readonly state: StateSpec }
  /** A Home Assistant event; needs an administrator's token for most types. */
  | { readonly event: { readonly type: string; readonly data?: Readonly<Record<string, unknown>> } }
  /** Posted to a secret path of this workflow's own, with an HMAC signature. */
  | { readonly webhook: { readonly name: string } }
  | { readonly run: { readonly workflow: string; readonly state?: 'done' | 'failed' } }
  | { readonly manual: true };

/** What the Run was started with. Times are epoch ms. */
export type TriggerFired =
  | {
      readonly kind: 'anomaly';
      /** What the detector is about, such as `water`; its name when left out. */
      readonly about?: string;
      readonly finding: Finding;
    }
  | {
      readonly kind: 'alert';
      readonly turn: 'opened' | 'seen' | 'over';
      readonly alert: string;
      readonly key: string;
      readonly title: string;
      /** The workflow that told it: its own alerts do not start it. */
      readonly by?: string | null;
      readonly at: number;
    }
  | {
      readonly kind: 'time';
      /** Which spec of which workflow: schedules belong to one. */
      readonly workflow: string;
      readonly spec: TimeSpec;
      /** When it was due; the Run may start later. */
      readonly due: number;
      readonly late: boolean;
    }
  | {
      readonly kind: 'state';
      readonly entity: string;
      readonly from: string | null;
      readonly to: string | null;
      /** Of the attribute, where the spec names one. */
      readonly attribute?: string;
      readonly at: number;
      /** Rebuilt from the recorder after a Gap. */
      readonly late: boolean;
      /** The spec that was met, with the workflow it belongs to: `for` is kept outside the trigger. */
      readonly workflow: string;
      readonly spec: StateSpec;
    }
  | {
      readonly kind: 'event';
      readonly type: string;
      readonly data: Readonly<Record<string, unknown>>;
      /** Home Assistant's context id, else a digest of the event: the same event starts a Run once. */
      readonly id: string;
      readonly at: number;
    }
  | {
      readonly kind: 'webhook';
      readonly workflow: string;
      readonly name: string;
      readonly body: unknown;
      /** Of the delivery: a repeated one is the same. */
      readonly id: string;
      readonly at: number;
    }
  | {
      readonly kind: 'run';
      readonly workflow: string;
      readonly run: string;
      readonly state: 'done' | 'failed';
      readonly result: unknown;
      readonly at: number;
    }
  | {
      readonly kind: 'call';
      readonly workflow: string;
      /** Run and step that called. */
      readonly by: string;
      readonly input: unknown;
      readonly at: number;
    }
  /** `at` is epoch ms of the press: each press is a Run of its own. */
  | { readonly kind: 'manual'; readonly by: string; readonly at: number; readonly input?: unknown };

/** How a kind of trigger decides that a workflow's Run starts. Pure. */
export interface TriggerDefinition {
  readonly kind: 'trigger';
  readonly title: string;
  /** True when what happened is what the workflow's spec waits for. */
  matches(spec: TriggerSpec, fired: TriggerFired, workflow: string): boolean;
  /** Id of the Run: the same happening always names the same Run, so it starts once. */
  runKey(fired: TriggerFired): string;
  /** Why, in words. */
  reason(fired: TriggerFired): string;
  /**
   * Runs of one lane follow each other by `order`, never side by side: a later finding of an
   * episode is not overtaken by an earlier one. Left out, or null: the Run has no neighbours.
   */
  lane?(fired: TriggerFired): { readonly name: string; readonly order: number } | null;
}
export const defineTrigger = (definition: Omit<TriggerDefinition, 'kind'>): TriggerDefinition => ({
  kind: 'trigger',
  ...definition,
});
