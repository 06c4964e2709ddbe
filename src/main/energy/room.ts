/** The energy of the homes of a place: read over their Links, with what people set right. */
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Rate } from '@tomte/sdk/prices';
import { answerKey, type LintAnswer } from '../../energy/lint/lint.ts';
import { markupFor } from '../../energy/prices/markup.ts';
import { highestOf } from '../../energy/prices/peak.ts';
import { dayMs, hourMs } from '../../energy/series.ts';
import { type Story, storyOf } from '../../energy/story/story.ts';
import type { GuardedFetch } from '../../lib/egress.ts';
import {
  getEnergySettings,
  type KeptRate,
  ratesBetween,
  saveEnergySettings,
} from '../../store/energy.ts';
import { listHabits, listLedger, listLedgerDays } from '../../store/ledger.ts';
import type { HomeLife } from '../home-life.ts';
import { lifeOf } from '../lives.ts';
import type { PlaceParts } from '../parts.ts';
import { type ForecastParts, type Forecasts, forecastsOf, horizonMs } from './forecasts.ts';
import { keepLedger } from './ledger.ts';
import type { LedgerKept } from './ledger-page.ts';
import { type EnergyHome, judged, openMeters } from './meters.ts';
import { openPrices, type Peak, type Prices } from './prices.ts';
import { chooseTariff } from './tariff-desk.ts';

export interface EnergyRoom {
  /** Meters, faults and sums of a home as of now. Throws home.not_found, link.lost, `home.call_*`. */
  home(home: string): Promise<EnergyHome>;
  /** Throws energy.fault_not_found. */
  answer(
    home: string,
    o: { rule: string; sensor: string; answer: LintAnswer | null },
  ): Promise<EnergyHome>;
  answers(home: string): Promise<Readonly<Record<string, LintAnswer>>>;
  /** From half a day ago to two days on; null where the home has no tariff. */
  prices(home: string): Promise<Prices | null>;
  /** Throws energy.tariff_not_found, energy.tariff_invalid. */
  choose(
    home: string,
    choice: { name: string; settings: Record<string, unknown> } | null,
  ): Promise<void>;
  /** What a person pays at a time that is told. Throws energy.no_prices. */
  confirm(home: string, o: { at: number; paid: number }): Promise<void>;
  /** What the highest mean power of a month costs; null for none. */
  setPeak(home: string, peak: Peak | null): Promise<void>;
  /** `leave`: devices that are planned apart. */
  forecasts(home: string, o?: { leave?: readonly string[] }): Promise<Forecasts>;
  story(home: string): Promise<{ story: Story; asOf: number; currency: string }>;
  /** Days that are over are kept first; then those of the last `days`. */
  ledger(home: string, o: { days: number }): Promise<LedgerKept>;
  /** The home is forgotten. */
  drop(home: string): void;
  stop(): void;
}

export type EnergyParts = Pick<
  PlaceParts,
  'store' | 'clock' | 'log' | 'key' | 'tariffs' | 'place'
> & {
  lives(): ReadonlyMap<string, HomeLife>;
  readonly fetch: GuardedFetch;
  readonly clouds: ForecastParts['clouds'];
};

/** Prices of the last hours, for pictures of the day. */
const backMs = 12 * hourMs;

/** So often prices are looked at, and forecasts kept and scored, whoever asks. */
const keepEveryMs = 30 * 60_000;

export function openEnergy(parts: EnergyParts): EnergyRoom {
  const { clock, store, log } = parts;
  const { db } = store;
  const meters = openMeters(clock);
  const prices = openPrices({ ...parts, db });
  const life = (home: string) => lifeOf(parts.lives(), home);
  const save = (id: string, change: Parameters<typeof saveEnergySettings>[2]) =>
    saveEnergySettings(db, { home: id, at: new Date(clock.now()) }, change);

  async function answers(id: string): Promise<Readonly<Record<string, LintAnswer>>> {
    return ((await getEnergySettings(db, id))?.answers ?? {}) as Record<string, LintAnswer>;
  }

  async function home(id: string): Promise<EnergyHome> {
    const one = life(id);
    const { latitude = null, longitude = null } = one.link.mirror.config ?? {};
    const place = latitude === null || longitude === null ? null : { latitude, longitude };
    return judged(await meters.of(one), { zone: one.zone, place, answers: await answers(id) });
  }

  async function pricesOf(id: string): Promise<Prices | null> {
    const one = life(id);
    const { setup, hours } = await meters.of(one);
    const start = Math.floor(clock.now() / hourMs) * hourMs;
    const window = { start: start - backMs, end: start + horizonMs };
    const reachedW = highestOf(setup, hours, { now: clock.now(), zone: one.zone });
    return prices.of(one, { setup, reachedW, window });
  }

  /** What was paid in the last 30 days, and what power fed in brought, as far as it is known. */
  async function pastOf(id: string, energy: EnergyHome, now: Prices | null) {
    const span = { start: clock.now() - 30 * dayMs, end: clock.now() };
    const kept = await ratesBetween(db, id, span);
    const constant = energy.setup.sellPrice?.perKWh ?? null;
    return {
      buy: pastRates(kept, energy).map((rate) => ({ ...rate, value: paid(now, rate.value) })),
      sell: kept.some(({ sell }) => sell !== null)
        ? kept.flatMap(({ start, end, sell }) =>
            sell === null ? [] : [{ start, end, value: sell }],
          )
        : constant === null
          ? []
          : [{ ...span, value: constant }],
    };
  }

  const room: EnergyRoom = {
    ...{ home, answers, prices: pricesOf, drop: meters.drop },
    async answer(id, { rule, sensor, answer }) {
      const { faults } = await home(id);
      const key = answerKey({ rule, statistic: sensor });
      if (!faults.some((fault) => answerKey(fault) === key)) {
        throw new TomteError('energy.fault_not_found', `${sensor} has no fault named ${rule}`);
      }
      const { [key]: _before, ...others } = await answers(id);
      await save(id, { answers: answer === null ? others : { ...others, [key]: answer } });
      return home(id);
    },
    async choose(id, choice) {
      life(id);
      const desk = { db, key: parts.key, tariffs: parts.tariffs, fetch: parts.fetch };
      const before = await getEnergySettings(db, id);
      await chooseTariff(desk, { home: id, at: new Date(clock.now()), before }, choice);
      prices.forget(id);
    },
    async confirm(id, { at, paid }) {
      const now = await pricesOf(id);
      const rate = now?.buy.find(({ start, end }) => at >= start && at < end);
      if (!now || !rate || rate.assumed) {
        throw new TomteError('energy.no_prices', 'The price of that hour is not known');
      }
      const { factor, added } = now.markup ?? { factor: now.factor, added: 0 };
      const bare = (rate.value - added) / factor;
      await save(id, { markup: markupFor({ bare, paid, factor: now.factor }) });
    },
    async setPeak(id, peak) {
      life(id);
      await save(id, { peak });
    },
    async forecasts(id, o) {
      return forecastsOf({ db, clock, log, clouds: parts.clouds }, life(id), await home(id), o);
    },
    async story(id) {
      const energy = await home(id);
      const now = await pricesOf(id);
      const past = await pastOf(id, energy, now);
      const story = storyOf({
        ...{ meters: energy.setup.meters, hours: energy.clean, house: energy.house },
        ...{ blocked: energy.judged.blocked, now: energy.asOf, zone: life(id).zone },
        ...{ rates: past.buy, meanPrice: now ? meanOf(now) : null },
      });
      return { story, asOf: energy.asOf, currency: now?.currency ?? 'EUR' };
    },
    async ledger(id, { days }) {
      const energy = await home(id);
      const now = await pricesOf(id);
      const { zone } = life(id);
      const past = await pastOf(id, energy, now);
      await keepLedger({ ...{ db, now: clock.now(), home: id, zone, energy }, ...past });
      const kept = await listLedgerDays(db, id, days);
      return {
        ...{ asOf: energy.asOf, currency: now?.currency ?? 'EUR', days: kept },
        entries: await listLedger(db, id, kept.at(-1) ?? ''),
        habits: await listHabits(db, id),
      };
    },
    stop: () => stopKeeping(),
  };
  const stopKeeping = clock.every(keepEveryMs, () => {
    for (const id of parts.lives().keys()) {
      keepOne(room, id).catch((error: unknown) =>
        log.error({ err: error, home: id }, 'prices and forecasts were not kept'),
      );
    }
  });
  return room;
}

/** What was told, and before that what the price entity of the energy page showed, hour by hour. */
function pastRates(kept: readonly KeptRate[], { setup, hours }: EnergyHome): Rate[] {
  const first = kept[0]?.start ?? Number.POSITIVE_INFINITY;
  const shown = (hours.get(setup.buyPrice?.entity ?? '') ?? []).flatMap(({ start, mean }) =>
    mean === null || start + hourMs > first ? [] : [{ start, end: start + hourMs, value: mean }],
  );
  return [...shown, ...kept.map(({ start, end, buy }) => ({ start, end, value: buy }))];
}

const paid = (prices: Prices | null, told: number): number => {
  const { factor, added } = prices?.markup ?? { factor: prices?.factor ?? 1, added: 0 };
  return told * factor + added;
};

/** Of the next day, each hour as long as it is. */
function meanOf({ buy }: Prices): number | null {
  const whole = buy.reduce((sum, { start, end }) => sum + end - start, 0);
  const cost = buy.reduce((sum, { start, end, value }) => sum + (end - start) * value, 0);
  return whole === 0 ? null : cost / whole;
}

/** A home that is away, or has no energy page, is left until the next time. */
async function keepOne(room: EnergyRoom, home: string): Promise<void> {
  try {
    await room.prices(home);
    await room.forecasts(home);
    await room.ledger(home, { days: 1 });
  } catch (error) {
    if (!isError(error)) throw error;
  }
}

/** What the doctor says of the sensors of a home; nothing where its energy page cannot be read now. */
export async function energyOrNull(room: EnergyRoom, home: string): Promise<EnergyHome | null> {
  try {
    return await room.home(home);
  } catch (error) {
    if (isError(error)) return null;
    throw error;
  }
}
