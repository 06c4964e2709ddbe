/** A Connector: a source of outside facts, read only. One file each, one default export. */
import type { z } from 'zod';
import type { SettingsSchema } from './define.ts';
import type { EntityState } from './home.ts';

/** The linked home as a Connector may use it: look, and ask what answers and changes nothing. */
export interface AskedHome {
  /** IANA zone. */
  readonly zone: string;
  /** Null where the home does not say where it is. */
  readonly place: { readonly latitude: number; readonly longitude: number } | null;
  /** Entities of one domain, by id. */
  states(domain: string): EntityState[];
  /**
   * An Action with an answer, such as `weather.get_forecasts`; its response, by entity. Throws
   * TomteError `home.ask_refused` for any that could change something, `home.*`, `link.lost`.
   */
  ask(
    action: string,
    entities: readonly string[],
    data?: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>>;
}

export interface ConnectorContext<S> {
  /** A secret stands as a word for it: `fetch` fills it in, for its own hosts. */
  readonly settings: S;
  /** Through the egress guard; at most 2 MiB and 15 s. */
  readonly fetch: typeof fetch;
  readonly home: AskedHome;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

export interface FreshFacts<F> {
  readonly facts: F;
  /** Epoch ms; kept between a minute and a week from now. */
  readonly validUntil: number;
}

export interface ConnectorDefinition<
  S extends SettingsSchema = SettingsSchema,
  Q extends z.ZodObject = z.ZodObject,
  F extends z.ZodType = z.ZodType,
> {
  readonly kind: 'connector';
  readonly title: string;
  /** One sentence for the form. */
  readonly text: string;
  readonly settings: S;
  /** What may be asked for; the same question is answered from what is kept while that is valid. */
  readonly query: Q;
  /** What is answered; anything else is refused, and the last good facts stay. */
  readonly facts: F;
  /** Asked at most so often a day; 500 when left out. */
  readonly dailyMax?: number;
  /**
   * Asks once. Throws TomteError: connect.source_unavailable, connect.source_refused,
   * connect.answer_invalid, and what `fetch` and `home` throw.
   */
  fetch(
    context: ConnectorContext<z.output<S>>,
    query: z.output<Q>,
  ): Promise<FreshFacts<z.input<F>>>;
}

export const defineConnector = <
  S extends SettingsSchema,
  Q extends z.ZodObject,
  F extends z.ZodType,
>(
  definition: Omit<ConnectorDefinition<S, Q, F>, 'kind'>,
): ConnectorDefinition<S, Q, F> => ({ kind: 'connector', ...definition });
