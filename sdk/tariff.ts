/** A Tariff: where prices come from. One file each, one default export. */
import type { z } from 'zod';
import type { AskedHome } from './connector.ts';
import type { SettingsSchema } from './define.ts';
import type { Slot, TariffAnswer } from './energy.ts';

/** The linked home as a Tariff may use it: as a Connector does, and it knows what is set up in it. */
export interface TariffHome extends AskedHome {
  /** Entries of an integration that are loaded, such as those of `nordpool`. */
  entries(domain: string): Promise<readonly { readonly id: string; readonly title: string }[]>;
}

export interface TariffContext<S> {
  readonly settings: S;
  /** Through the egress guard; at most 2 MiB and 15 s. */
  readonly fetch: typeof fetch;
  readonly home: TariffHome;
  /** ISO code of the money of the home. */
  readonly currency: string;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

export interface TariffDefinition<S extends SettingsSchema = SettingsSchema> {
  readonly kind: 'tariff';
  readonly title: string;
  /** One sentence for the form. */
  readonly text: string;
  readonly settings: S;
  /** It is known for any time ahead: nothing of it is yet to be told. */
  readonly knownAhead?: boolean;
  /** Settings with which it works in this home without asking anybody; null where it does not. */
  fits?(home: TariffHome): Promise<Partial<z.input<S>> | null>;
  /**
   * Prices of the window, as far as they are known: less is no error. Throws TomteError
   * energy.tariff_unavailable, and what `fetch` and `home` throw.
   */
  rates(window: Slot, context: TariffContext<z.output<S>>): Promise<TariffAnswer>;
}

export const defineTariff = <S extends SettingsSchema>(
  definition: Omit<TariffDefinition<S>, 'kind'>,
): TariffDefinition<S> => ({ kind: 'tariff', ...definition });
