/**
 * The define functions: adding a thing is one file with one default export.
 * From the definition come validation, the form in the web app, the reference page and the generic tests.
 */
import type { z } from 'zod';
import type { ChartSpec } from './chart.ts';
import type { Ear } from './ear.ts';
import type { Action, EntityInfo, HourRow, Reading, Severity } from './home.ts';
import type { Facts } from './types.ts';

export type SettingsSchema = z.ZodObject;

/** One finding of a Detector. `episode` stays the same from raised to cleared. */
export interface Finding {
  readonly kind: 'raised' | 'updated' | 'cleared';
  readonly episode: string;
  readonly detector: string;
  /** The sensors at fault first. */
  readonly entities: readonly string[];
  /** Time of the line after which it was found, epoch ms. */
  readonly at: number;
  /** When it began, epoch ms; may be earlier than `at`. */
  readonly since: number;
  readonly severity: Severity;
  /** 0 to 1: how sure the detector is. Never shown to people. */
  readonly probability: number;
  /** At most 45 characters: what is so, with its number. */
  readonly title: string;
  /** Title and text together at most 240 characters. */
  readonly text: string;
  /** At most four context lines, shown where a channel has room. */
  readonly lines: readonly string[];
  readonly facts: Facts;
  /** True when it is a worse turn of the same episode: news, and rings again. */
  readonly worse?: boolean;
  /** Which rule of the detector it was, and how much, in the rule's own unit: what answers are compared by. */
  readonly rule?: string;
  readonly size?: number;
}

/** A detector at work on one home. Pure: the same readings give the same findings. */
export interface Watch {
  /** One reading, in time order. */
  read(reading: Reading): Finding[];
  /** The clock moved to `t` (epoch ms) without a reading. */
  tick(t: number): Finding[];
  /** State to go on from after a restart; plain JSON, at most 64 KB a feature. */
  save(): unknown;
}

export interface DetectorContext<S> {
  readonly settings: S;
  readonly entities: readonly EntityInfo[];
  /** IANA zone of the home. */
  readonly zone: string;
  /** What `save()` gave, or null at the first start. */
  readonly state: unknown;
}

/** Hours of a home's past, by statistic id: what a detector learns from and is tried on. */
export interface Past {
  readonly zone: string;
  readonly entities: readonly EntityInfo[];
  readonly hours: ReadonlyMap<string, readonly HourRow[]>;
}

export interface DetectorDefinition<S extends SettingsSchema = SettingsSchema> {
  readonly kind: 'detector';
  /** What it is about: triggers and pages group by it (`water`, `motion`, …). */
  readonly about: string;
  readonly title: string;
  readonly settings: S;
  /** Entities among these that it looks after: what people read as watched. */
  subjects(entities: readonly EntityInfo[], settings?: z.output<S>): string[];
  /** Entities it must be fed with: the subjects first, then those around them (motion, presence). */
  picks(entities: readonly EntityInfo[], settings?: z.output<S>): string[];
  /** Words of the three answers `right`, `expected` and `not_worth`. */
  readonly answers?: readonly [string, string, string];
  /** True where no answer may hide what it finds: smoke is always told. */
  readonly alwaysTold?: boolean;
  /** What a home without its sensors lacks: `a water meter`. */
  readonly needs?: string;
  /** Smallest thing it tells of a sensor, in words, and the days it knows it; `state` as `save()` gave it. */
  smallest?(
    entity: EntityInfo,
    context: DetectorContext<z.output<S>>,
  ): { readonly text: string; readonly days: number | null };
  watch(context: DetectorContext<z.output<S>>): Watch;
  /** Baseline learned from the past, in the form `watch` takes as `state`. */
  learn(past: Past, settings: z.output<S>): unknown;
  /** What would have been told in this past, from hours alone. */
  look(past: Past, settings: z.output<S>): Finding[];
  /** The picture of a finding from readings or hours of the entity at fault. */
  chart(
    finding: Pick<Finding, 'entities' | 'since' | 'facts' | 'title'>,
    series: ChartInput,
  ): ChartSpec;
}

export interface ChartInput {
  readonly zone: string;
  readonly from: number;
  readonly to: number;
  readonly now: number | null;
  /** [epoch ms, value] in the sensor's own unit, time order; null is a gap. */
  readonly points: readonly (readonly [number, number | null])[];
  /** True when each point stands for one hour (amount or mean), not a reading. */
  readonly hourly: boolean;
  readonly unit: string | null;
  readonly until: number | null;
  readonly gaps: readonly { from: number; to: number; reason: string }[];
  /** Times of points that were rebuilt after the link was lost, epoch ms. */
  readonly late?: readonly number[];
  readonly nights: readonly { from: number; to: number }[];
  readonly state: unknown;
}

export const defineDetector = <S extends SettingsSchema>(
  definition: Omit<DetectorDefinition<S>, 'kind'>,
): DetectorDefinition<S> => ({ kind: 'detector', ...definition });

/** What a channel is handed. `tag` is the same for all messages of one alert: replace, don't stack. */
export interface Message {
  readonly kind: 'open' | 'update' | 'over' | 'test';
  /** Unique for this Delivery: an idempotency key that survives a crash and another try. */
  readonly deliveryId: string;
  readonly tag: string;
  readonly homeName: string;
  readonly title: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly severity: Severity;
  /** True for updates without news and for `over`: no sound. */
  readonly silent: boolean;
  /** PNG 1024 x 512, under 30 KB. */
  readonly picture: Uint8Array | null;
  /** Page of the alert, signed; null when no public URL is set. Never a loopback address. */
  readonly link: string | null;
  /** Page that ends the messages to this channel, which a POST does at once; null like `link`. */
  readonly unsubscribe?: string | null;
  /**
   * `url` is null when no public URL is set. `press` is a signed word: a channel that hears buttons
   * hands it back, and the button is pressed.
   */
  readonly buttons: readonly {
    readonly id: string;
    readonly label: string;
    readonly url: string | null;
    readonly press: string;
    /** What it does cannot be taken back: never made the first or the easiest to press. */
    readonly danger?: boolean;
  }[];
  readonly sentAt: number;
}

/** The linked home as a channel may use it: tell, and keep a picture. */
export interface HomeVoice {
  /** True when buttons pressed in the phone app reach us: Home Assistant tells them to administrators only. */
  readonly hearsButtons: boolean;
  /** Performs a telling Action (notify, persistent_notification). Throws a TomteError. */
  tell(action: Action): Promise<void>;
  /** Keeps the PNG in Home Assistant's image store; answers a path such as /api/image/serve/<id>/original. */
  keepPicture(png: Uint8Array, name: string): Promise<string>;
}

export interface ChannelContext<S> {
  readonly settings: S;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** Null for channels that need no home, or while it is not linked. */
  readonly home: HomeVoice | null;
  /** Id of the home the message is about, or the channel belongs to. */
  readonly homeId: string | null;
  readonly now: () => number;
  /** Receipt of the newest message of this alert that arrived here, to be changed in place; null for the first. */
  readonly before: string | null;
  /** Addresses a host name stands for, checked as those of `fetch` are. Throws channel.address_invalid. */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
}

export interface ChannelDefinition<S extends SettingsSchema = SettingsSchema> {
  readonly kind: 'channel';
  readonly title: string;
  /** One sentence for the form. */
  readonly text: string;
  readonly settings: S;
  /** True when it speaks through the linked home. */
  readonly throughHome?: boolean;
  /** True where a message cannot be replaced, as in a mailbox: only news and `over` are sent. */
  readonly appends?: boolean;
  /** Where it can be answered: heard for as long as the channel is used. */
  readonly ear?: Ear<z.output<S>>;
  /**
   * Sends once. Throws TomteError channel.refused (final), channel.unreachable (tried again) or
   * channel.rate_limited (tried again, not before `details.retryAfterMs`).
   */
  send(message: Message, context: ChannelContext<z.output<S>>): Promise<{ receipt: string }>;
}
export const defineChannel = <S extends SettingsSchema>(
  definition: Omit<ChannelDefinition<S>, 'kind'>,
): ChannelDefinition<S> => ({ kind: 'channel', ...definition });

export type * from './decide.ts';
export * from './ear.ts';
export * from './trigger.ts';
export * from './workflow.ts';
