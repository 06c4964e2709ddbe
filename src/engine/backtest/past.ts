import type { Finding } from '@tomte/sdk/define';
import type { Action, Change, EntityInfo, EntityState, HourRow, Reading } from '@tomte/sdk/home';

/** A stretch of a home's recorded past, as far as anybody kept it. */
export interface RecordedPast {
  readonly home: {
    readonly id: string;
    readonly name: string;
    /** IANA. */
    readonly zone: string;
    readonly latitude: number | null;
    readonly longitude: number | null;
  };
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly infos: readonly EntityInfo[];
  /** Entities whose changes are told by `changes`. */
  readonly told: ReadonlySet<string>;
  /** What they were at `from`. */
  readonly initial: readonly EntityState[];
  /** In time order, in batches, so that a year need not stand in memory. */
  changes(): AsyncIterable<readonly Change[]>;
  /** What was found where only hours are kept, in order of `at`. */
  readonly findings: readonly Finding[];
  /** Detectors that read the changes; null when the workflow waits for no finding. */
  readonly stream: PastStream | null;
  history(entity: string, window: { from: number; to?: number }): Promise<Reading[]>;
  statistics(id: string, window: { from: number; to?: number }): Promise<HourRow[]>;
  /** What is not there, in words a person reads. */
  readonly missing: readonly string[];
}

export interface PastStream {
  readonly watched: ReadonlySet<string>;
  read(readings: readonly Reading[]): Finding[];
  tick(t: number): Finding[];
}

/** What the guardrail would have said, with the grants of the workflow. */
export type GuardThen = (
  action: Action,
  then: {
    /** Epoch ms. */
    readonly at: number;
    readonly state: (entity: string) => EntityState | null;
    /** Actions that would have been sent to this entity since `t`. */
    readonly sent: (entity: string, t: number) => number;
  },
) =>
  | { readonly ok: true }
  | { readonly ok: false; readonly rule: string; readonly message: string };
