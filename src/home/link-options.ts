import type { Change } from '@tomte/sdk/home';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Backoff } from '../lib/retry.ts';
import type { Secret } from '../lib/secret.ts';
import type { CallOptions } from './calls.ts';
import type { HomeEvent } from './events.ts';
import type { GapLimits } from './gap.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';
import type { LinkState } from './link-state.ts';
import type { Mirror } from './mirror.ts';
import type { SocketLimits } from './socket.ts';
import type { GapReport, OnChanges } from './stream.ts';
import type { FreshnessLimits } from './sync.ts';

/** The authorised connection to one home, for as long as Tomte looks after it. */
export interface Link {
  readonly home: string;
  readonly state: LinkState;
  readonly mirror: Mirror;
  onState(cb: (state: LinkState) => void): () => void;
  /**
   * Each change once, in order; what was missed comes first and late. The next batch waits for the
   * callback. Noise (unavailable, restored) is left out unless `raw`.
   */
  onChanges(cb: OnChanges, o?: { raw?: boolean }): () => void;
  onGap(cb: (gap: GapReport) => void): () => void;
  /** Real changes of these entities on the socket's own tick, before anything else. Must not block. */
  onReflex(entityIds: readonly string[], cb: (change: Change) => void): () => void;
  /** Every change of these entities on the socket's own tick, noise included. */
  onApplied(entityIds: readonly string[], cb: () => void): () => void;
  /**
   * Events of this type, such as `mobile_app_notification_action`, on the socket's own tick; those of
   * the time without a connection are lost. Most are an administrator's alone: to another token they
   * never come, and nothing is thrown.
   */
  onEvent(eventType: string, cb: (event: HomeEvent) => void): () => void;
  /** Throws TomteError `home.call_*`, `home.not_permitted`; `link.lost` while there is no connection. */
  call(type: string, fields?: object, o?: CallOptions): Promise<unknown>;
  /** One HTTP request to the home with the token, by the same certificate and address rules. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Changes left out as noise, by reason, since the start. */
  readonly dropped: Readonly<Record<string, number>>;
  /** False while changes of a Gap are still to come through `onChanges`. */
  readonly caughtUp: boolean;
  /** Called when `caughtUp` becomes true. */
  onCaughtUp(cb: () => void): () => void;
  /** Resolves when it is live; throws what stopped it. */
  ready(signal?: AbortSignal): Promise<void>;
  /** Tries at once instead of waiting out the pause. */
  retryNow(): void;
  close(): Promise<void>;
}

export interface LinkSettings extends FreshnessLimits {
  readonly backoff: Backoff;
  /** Live for this long means the connection is good again. */
  readonly steadyMs: number;
  /** How long a starting home is waited for before what is missing counts as missing. */
  readonly startMaxMs: number;
  /** Changes that may wait for their consumer. */
  readonly queueCapacity: number;
}

export interface LinkOptions {
  readonly home: string;
  /** Origin, such as http://192.168.1.20:8123. */
  readonly address: string;
  readonly token: Secret;
  /** SHA-256 of the pinned certificate. */
  readonly pin: string | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Epoch ms of the newest change handled in an earlier life; 0 for none. */
  readonly position: number;
  readonly options?: Partial<LinkSettings> & {
    readonly limits?: Partial<SocketLimits>;
    readonly gap?: Partial<GapLimits>;
    readonly localAddress?: string;
  };
}

export const usualSettings: LinkSettings = {
  backoff: { firstMs: 1_000, maxMs: 60_000 },
  steadyMs: 30_000,
  startMaxMs: 120_000,
  queueCapacity: 20_000,
  gatherMs: 1_000,
  startPollMs: 2_000,
  reportedEveryMs: 600_000,
};
