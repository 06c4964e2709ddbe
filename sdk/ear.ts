/** What a channel hears: buttons pressed in a messenger, switches turned in Home Assistant. */
import type { TomteError } from './errors.ts';
import type { Severity } from './home.ts';
import type { ModeName } from './types-mode.ts';

/** One channel that an ear listens for. */
export interface HeardChannel<S> {
  readonly id: string;
  readonly settings: S;
  /** The home it belongs to, as it may be shown and paused elsewhere; null for a channel of all homes. */
  readonly home: HomePanel | null;
}

/** A button that was pressed, as the messenger tells of it. */
export interface Press {
  /** Channels whose messages stand where it was pressed. */
  readonly channels: readonly string[];
  /** `deliveryId` of the message. */
  readonly delivery: string;
  /** Its place among the message's buttons, from 0. */
  readonly button: number;
  /** A name people read; null takes the channel's. */
  readonly by: string | null;
}

export interface EarContext<S> {
  /** Never empty: all channels that share this ear. */
  readonly channels: readonly HeardChannel<S>[];
  /** Guarded as that of `send`; an answer may take a minute. */
  readonly fetch: typeof fetch;
  /** Addresses a host name stands for, checked as those of `fetch` are. Throws channel.address_invalid. */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
  /** Aborted when the ear is to end. */
  readonly signal: AbortSignal;
  /** True when the channel was removed or switched off: what it left elsewhere is taken away. */
  readonly leaving: () => boolean;
  readonly now: () => number;
  /** Rejects when the ear is to end. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Calls back again and again; the answer cancels. */
  readonly every: (ms: number, callback: () => void) => () => void;
  /** What was remembered last, also before a restart; undefined at first. */
  readonly recall: () => Promise<unknown>;
  readonly remember: (value: unknown) => Promise<void>;
  /** Does what the button is for. Throws api.link_expired, approval.closed and the like. */
  readonly press: (press: Press) => Promise<void>;
  /** It hears now: said once it is known, and after each fault. */
  readonly well: () => void;
  /** It does not hear now, and goes on trying by itself. */
  readonly ill: (error: TomteError) => void;
}

/** One ear for all channels with the same `key`, such as two chats of one bot. */
export interface Ear<S> {
  key(settings: S): string;
  /** Listens until the signal is aborted. Whatever it throws is shown, and it is called again after a pause. */
  listen(context: EarContext<S>): Promise<void>;
}

/** A home as another program may show it. */
export interface HomePanel {
  readonly id: string;
  readonly name: string;
  /** Tomte's version. */
  readonly version: string;
  /** Address of Tomte's pages; null while no public one is set. */
  readonly address: string | null;
  read(): Promise<HomePanelState>;
  /** Calls when something of it may have changed; the answer stops that. */
  onChange(call: () => void): () => void;
  /** Begins a mode for its usual time, or ends it: the same as the switch on the page. */
  setMode(mode: ModeName, on: boolean, by: string): Promise<void>;
}

export interface HomePanelState {
  /** Open, seen and quiet ones, the most urgent first. */
  readonly alerts: readonly {
    readonly title: string;
    readonly text: string;
    readonly severity: Severity;
    readonly state: string;
    /** Epoch ms. */
    readonly since: number;
    readonly seenBy: string | null;
  }[];
  /** What happens next by itself; null when nothing is planned. */
  readonly next: { readonly what: string; readonly at: number | null } | null;
  /** Modes that hold, until when, epoch ms. */
  readonly modes: Readonly<Partial<Record<ModeName, number>>>;
  /** When Tomte last heard the home, epoch ms; null while it does not. */
  readonly heardAt: number | null;
}
