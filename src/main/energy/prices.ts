/** What power costs in a home, hour by hour: told by its tariff, kept, and assumed where it is not told yet. */
import type { KnownRate, PeakPrice, Slot } from '@tomte/sdk/energy';
import { type ErrorBody, isError } from '@tomte/sdk/errors';
import { type Rate, ratesOf } from '@tomte/sdk/prices';
import { wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { knownRates } from '../../energy/prices/known.ts';
import { type Markup, nothingAdded, paidFor, vatFactor } from '../../energy/prices/markup.ts';
import { tidy } from '../../energy/prices/read.ts';
import { priceFactor } from '../../energy/prices/unit.ts';
import { dayMs, hourMs, minuteMs } from '../../energy/series.ts';
import type { EnergySetup } from '../../energy/setup/setup.ts';
import type { Clock } from '../../lib/clock.ts';
import { openKept } from '../../lib/kept.ts';
import type { Log } from '../../lib/log.ts';
import { withinLimit } from '../../lib/within-limit.ts';
import {
  type EnergySettingsRow,
  getEnergySettings,
  keepRates,
  ratesBetween,
} from '../../store/energy.ts';
import type { HomeLife } from '../home-life.ts';
import { type ChosenTariff, type DeskParts, tariffHome, tariffOf } from './tariff-desk.ts';

export interface Prices {
  readonly tariff: Pick<ChosenTariff, 'name' | 'by'> & { readonly title: string };
  readonly currency: string;
  /** When the tariff was last asked with success, epoch ms. */
  readonly asOf: number | null;
  /** Why newer prices could not be had. */
  readonly error: ErrorBody['error'] | null;
  /** What is paid for a kWh, and what a kWh fed in brings. */
  readonly buy: readonly KnownRate[];
  readonly sell: readonly KnownRate[];
  /** False where nobody says what is paid for what is fed in: it counts as nothing. */
  readonly sellIsKnown: boolean;
  readonly bare: boolean;
  /** What comes on top of the told price; null until a person confirmed it. */
  readonly markup: Markup | null;
  readonly factor: number;
  readonly assumedFrom: number | null;
  readonly fromDaysBefore: number | null;
  readonly usuallyOff: number | null;
  /** Name of the sensor they come from, where it tells what a kWh costs now and nothing of later. */
  readonly presentOnly: string | null;
  /** What the highest mean power of a month costs; null where a person set none. */
  readonly peak: PeakPrice | null;
}

/** As a person set it. */
export type Peak = Omit<PeakPrice, 'reachedW'>;

export interface PriceRoom {
  /**
   * Null where the home has no tariff. Throws what opening its settings throws. `reachedW` is the highest mean
   * of an hour of this month.
   */
  of(
    life: HomeLife,
    o: { setup: EnergySetup; reachedW: number; window: Slot },
  ): Promise<Prices | null>;
  /** Asked anew at the next look. */
  forget(home: string): void;
}

/** A home whose prices of tomorrow are due is asked more often. */
const freshMs = { usual: 30 * minuteMs, due: 5 * minuteMs };
const askMs = 40_000;
/** To the end of tomorrow; what is known anyway covers whatever is planned. */
const daysAhead = { told: 2, known: 4 };
/** Day-ahead prices come at about this time. */
const publishedMs = 13 * hourMs;
const pastMs = 15 * dayMs;

interface Asked {
  readonly at: number;
  readonly tariff: string;
  readonly goodAt: number | null;
  readonly bare: boolean;
  readonly sells: boolean;
  readonly to: number;
  /** Of how much time prices were told, ms. */
  readonly spanMs: number;
  readonly error: ErrorBody['error'] | null;
}

export function openPrices(parts: DeskParts & { clock: Clock; log: Log }): PriceRoom {
  const { clock, db, log } = parts;
  const asked = openKept<Asked>();

  async function ask(
    life: HomeLife,
    tariff: ChosenTariff,
    o: { currency: string; before: Asked | null },
  ): Promise<Asked> {
    const now = clock.now();
    const start = whenOf(wallOf(now, life.zone), 0, life.zone, -1);
    const days = tariff.definition.knownAhead ? daysAhead.known : daysAhead.told;
    const end = whenOf(wallOf(now, life.zone), 0, life.zone, days);
    const before = o.before ?? { goodAt: null, bare: false, sells: false, to: 0, spanMs: 0 };
    try {
      const answer = await withinLimit(clock, { ms: askMs, stopped: life.ended }, (signal) =>
        tariff.definition.rates(
          { start, end },
          {
            ...{ settings: tariff.settings, fetch: tariff.fetch, home: tariffHome(life) },
            ...{ currency: o.currency, signal, now: clock.now },
          },
        ),
      );
      const buy = tidy(answer.buy);
      await keepRates(db, life.home, rowsOf(buy, answer.sell));
      return {
        ...{ at: now, tariff: tariff.name, goodAt: now, bare: answer.bare, error: null },
        ...{ sells: answer.sell !== undefined, to: buy.at(-1)?.end ?? 0 },
        spanMs: buy.reduce((sum, rate) => sum + rate.end - rate.start, 0),
      };
    } catch (error) {
      if (life.ended.aborted || !isError(error)) throw error;
      log.warn({ home: life.home, tariff: tariff.name, code: error.code }, 'prices were not told');
      return { ...before, at: now, tariff: tariff.name, error: error.toJSON().error };
    }
  }

  const fresh = (life: HomeLife, tariff: ChosenTariff, currency: string): Promise<Asked> =>
    asked.of(life.home, {
      isFresh: (known) =>
        known.tariff === tariff.name &&
        clock.now() - known.at < pauseOf(known, clock.now(), life.zone),
      read: (before) =>
        ask(life, tariff, { currency, before: before?.tariff === tariff.name ? before : null }),
    });

  return {
    forget: asked.drop,
    async of(life, { setup, reachedW, window }) {
      const row = await getEnergySettings(db, life.home);
      const tariff = await tariffOf(parts, life, { row, setup });
      if (!tariff) return null;
      const { currency = 'EUR', country = null } = life.link.mirror.config ?? {};
      const state = await fresh(life, tariff, currency);
      const kept = await ratesBetween(db, life.home, {
        start: window.start - pastMs,
        end: window.end,
      });
      const home = { setup, life, window, currency, country, reachedW };
      return pricesOf({ row, tariff, state, kept, ...home });
    },
  };
}

function pauseOf({ to, error }: Asked, now: number, zone: string): number {
  const today = wallOf(now, zone);
  const due = today.time >= publishedMs && to <= whenOf(today, 0, zone, 1);
  return due || error ? freshMs.due : freshMs.usual;
}

function rowsOf(buy: readonly Rate[], sell: readonly Rate[] | undefined) {
  const soldAt = new Map(tidy(sell ?? []).map((rate) => [rate.start, rate.value]));
  const constant = sell?.length === 1 ? sell[0]!.value : null;
  return buy.map(({ start, end, value }) => ({
    ...{ start, end, buy: value },
    sell: soldAt.get(start) ?? constant,
  }));
}

function pricesOf(o: {
  row: EnergySettingsRow | undefined;
  tariff: ChosenTariff;
  state: Asked;
  kept: readonly { start: number; end: number; buy: number; sell: number | null }[];
  setup: EnergySetup;
  life: Pick<HomeLife, 'zone' | 'link'>;
  window: Slot;
  currency: string;
  country: string | null;
  reachedW: number;
}): Prices {
  const { state, tariff, window, kept } = o;
  const markup = (o.row?.markup ?? null) as Markup | null;
  const factor = state.bare ? vatFactor(o.country) : 1;
  const on = markup ?? (state.bare ? { factor, added: 0 } : nothingAdded);
  const told = kept.map(({ start, end, buy: value }) => ({ start, end, value }));
  const known = knownRates(told, window, o.life.zone);
  const sold = soldOf(o, known.rates);
  return {
    tariff: { name: tariff.name, by: tariff.by, title: tariff.definition.title },
    ...{ currency: o.currency, asOf: state.goodAt, error: state.error, bare: state.bare },
    buy: known.rates.map((rate) => ({ ...rate, value: paidFor(rate.value, on) })),
    ...{ sell: sold ?? known.rates.map((rate) => ({ ...rate, value: 0 })) },
    ...{ sellIsKnown: sold !== null, markup, factor },
    ...{ assumedFrom: known.assumedFrom, fromDaysBefore: known.fromDaysBefore },
    usuallyOff: known.usuallyOff === null ? null : known.usuallyOff * on.factor,
    presentOnly: presentOnly(o),
    peak: o.row?.peak ? { ...(o.row.peak as Peak), reachedW: o.reachedW } : null,
  };
}

function presentOnly(
  o: Pick<Parameters<typeof pricesOf>[0], 'tariff' | 'state' | 'setup' | 'life'>,
): string | null {
  const { tariff, state, setup } = o;
  const told = tariff.name === 'sensor' && state.spanMs <= hourMs;
  const isShown = tariff.name === 'fixed' && tariff.by === 'home' && setup.buyPrice?.perKWh == null;
  const id = told ? String(tariff.settings.entity) : isShown ? setup.buyPrice?.entity : null;
  return id ? (o.life.link.mirror.info(id)?.name ?? id) : null;
}

/** By the tariff where it says, else the energy page’s own number, else what its sensor shows. */
function soldOf(
  {
    kept,
    setup,
    window,
    life,
  }: Pick<Parameters<typeof pricesOf>[0], 'kept' | 'setup' | 'window' | 'life'>,
  buy: readonly KnownRate[],
): KnownRate[] | null {
  const told = kept.flatMap(({ start, end, sell }) =>
    sell === null ? [] : [{ start, end, value: sell }],
  );
  if (told.length > 0) return [...knownRates(told, window, life.zone).rates];
  const perKWh = setup.sellPrice?.perKWh ?? null;
  if (perKWh !== null) return buy.map((rate) => ({ ...rate, value: perKWh }));
  return shownSale(life, setup.sellPrice?.entity ?? null, { buy, window });
}

/** Its coming prices where it tells them; else what it says now, for all hours. */
export function shownSale(
  life: Pick<HomeLife, 'zone' | 'link'>,
  id: string | null,
  { buy, window }: { buy: readonly KnownRate[]; window: Slot },
): KnownRate[] | null {
  const state = id === null ? undefined : life.link.mirror.entity(id);
  if (!state) return null;
  const factor = priceFactor(state.attributes);
  const rates = tidy(ratesOf(state)).map((rate) => ({ ...rate, value: rate.value * factor }));
  if (rates.some(({ start, end }) => end > window.start && start < window.end)) {
    return [...knownRates(rates, window, life.zone).rates];
  }
  const shown = state.state.trim() === '' ? Number.NaN : Number(state.state) * factor;
  return Number.isFinite(shown) ? buy.map((rate) => ({ ...rate, value: shown })) : null;
}
