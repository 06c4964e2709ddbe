/** Prices, forecasts and the story as they cross the wire, each opened by one sentence made by code. */
import type { Forecast, KnownRate, PeakPrice } from '@tomte/sdk/energy';
import { money, pricePerKWh } from '@tomte/sdk/money';
import type {
  EnergyForecastPage,
  EnergyPricesPage,
  EnergyStoryPage,
} from '@tomte/sdk/types-energy';
import { clockTime, figure, moment, wattWords } from '@tomte/sdk/words';
import { askedRate } from '../../energy/prices/markup.ts';
import { dayMs, hourMs, meanOfBand } from '../../energy/series.ts';
import { changesByHour } from '../../energy/setup/house.ts';
import type { Story } from '../../energy/story/story.ts';
import { savingWords, storyLines, storySentence } from '../../energy/story/words.ts';
import { iso, isoOrNull } from '../../lib/clock.ts';
import { nights } from '../charts.ts';
import type { ForecastScore, Forecasts } from './forecasts.ts';
import type { EnergyHome } from './meters.ts';
import type { Prices } from './prices.ts';
import type { ToldStory } from './story-told.ts';

interface Where {
  readonly home: string;
  readonly zone: string;
  readonly now: number;
  readonly place: { readonly latitude: number | null; readonly longitude: number | null } | null;
}

export function pricesPage(
  { home, zone, now }: Where,
  prices: Prices | null,
  settings: Record<string, unknown>,
): EnergyPricesPage {
  if (!prices) {
    return {
      ...{ home, currency: 'EUR', asOf: null, tariff: null, check: null, rates: [] },
      sentence: 'What power costs here is not known. Choose where prices come from.',
      ...{ assumed: null, assumedFrom: null, selling: null, peak: null, error: null },
    };
  }
  const { currency, buy, sell, tariff } = prices;
  const sold = new Map(sell.map(({ start, value }) => [start, value]));
  return {
    ...{ home, currency, asOf: isoOrNull(prices.asOf), error: prices.error },
    tariff: { ...tariff, settings },
    sentence: priceSentence(prices, { zone, now }),
    check: checkOf(prices, { zone, now }),
    rates: buy.map(({ start, end, value, assumed }) => ({
      ...{ start: iso(start), end: iso(end), buy: value, assumed },
      sell: sold.get(start) ?? sell[0]?.value ?? 0,
    })),
    ...{ assumed: assumedWords(prices, { zone, now }), assumedFrom: isoOrNull(prices.assumedFrom) },
    selling: prices.sellIsKnown
      ? null
      : 'What is paid for power fed in is not known: it counts as nothing.',
    peak: prices.peak && {
      ...{ perKw: prices.peak.perKw, minutes: prices.peak.minutes },
      reachedW: prices.peak.reachedW,
      text: peakWords(prices.peak, currency),
    },
  };
}

/** `minutes`: over how many the supplier means it; what was reached is known by the hour. */
function peakWords({ perKw, minutes, reachedW }: PeakPrice, currency: string): string {
  const price = `The highest ${minutes} minutes of a month cost ${money(perKw, currency)} a kW.`;
  const reached =
    reachedW > 0
      ? `The highest hour of this month was ${wattWords(reachedW)} so far.`
      : 'What was reached this month is not known.';
  return `${price} ${reached}`;
}

type Here = Pick<Where, 'zone' | 'now'>;

function priceSentence({ buy, currency }: Prices, { zone, now }: Here): string {
  const current = buy.find(({ start, end }) => now >= start && now < end);
  if (!current) return 'No price is known for now.';
  const told = buy.filter(({ assumed, end }) => !assumed && end > now);
  const least = cheapest(told.length > 1 ? told : buy);
  const price = pricePerKWh(current.value, currency);
  if (!least || least.value >= current.value - 1e-6) {
    return `A kWh costs ${price} now; it gets no cheaper for as long as prices are known.`;
  }
  const when = moment(least.start, now, zone);
  return `A kWh costs ${price} now; cheapest at ${when}, ${pricePerKWh(least.value, currency)}.`;
}

const cheapest = (rates: readonly KnownRate[]): KnownRate | null =>
  rates.reduce<KnownRate | null>(
    (least, rate) => (least === null || rate.value < least.value ? rate : least),
    null,
  );

function checkOf(prices: Prices, { zone, now }: Here): EnergyPricesPage['check'] {
  const rate = askedRate(prices.buy, { now, zone });
  if (!rate) return null;
  const at = Math.max(rate.start, Math.floor(now / hourMs) * hourMs);
  const price = pricePerKWh(rate.value, prices.currency);
  return {
    ...{ at: iso(at), perKWh: rate.value, confirmed: prices.markup !== null },
    text: `At ${clockTime(at, zone)} you pay ${price}. Is that what your supplier shows?`,
  };
}

function assumedWords(prices: Prices, { zone, now }: Here): string | null {
  const { assumedFrom, fromDaysBefore, usuallyOff, currency, presentOnly } = prices;
  if (presentOnly !== null) {
    const later =
      assumedFrom === null
        ? 'That counts for every hour, so nothing can wait for a cheaper one.'
        : 'For later, those it told at the same hour of days before are used.';
    return `${presentOnly} tells only what a kWh costs now. ${later} Choose a source with tomorrow’s prices under Prices, such as Nord Pool or ENTSO-E.`;
  }
  if (assumedFrom === null) return null;
  const from = moment(assumedFrom, now, zone);
  const before =
    fromDaysBefore === 7
      ? 'a week before'
      : fromDaysBefore === 1
        ? 'the day before'
        : 'days before';
  const off =
    usuallyOff === null
      ? ''
      : ` Such a guess is usually off by ${pricePerKWh(usuallyOff, currency)}.`;
  return `Prices from ${from} on are not out yet; those of ${before} are used.${off}`;
}

export function forecastPage(
  { home, zone, now, place }: Where,
  forecasts: Forecasts,
  energy: EnergyHome,
): EnergyForecastPage {
  const { load, solar, scores } = forecasts;
  const made = energy.setup.meters.filter(({ role }) => role === 'solar');
  const suns = made.map(({ statistic }) => changesByHour(energy.clean.get(statistic)));
  const came = Array.from({ length: 24 }, (_, n) => forecasts.from - (24 - n) * hourMs).map((t) => {
    const used = energy.house.get(t);
    const sun = suns.map((hours) => hours.get(t));
    return {
      start: iso(t),
      load: used === undefined ? null : used * 1000,
      solar: sun.length === 0 || sun.includes(undefined) ? null : sumOf(sun as number[]) * 1000,
    };
  });
  return {
    ...{ home, asOf: iso(now), sky: forecasts.sky, scores },
    sentence: forecastSentence(load, solar, { zone, now }),
    load: load.map(wireSlot),
    solar: solar.map(wireSlot),
    ...{ came, proof: proofOf(scores.load) },
    nights: nights(place, now - dayMs, now + 2 * dayMs).map(({ from, to }) => ({
      ...{ from: iso(from), to: iso(to) },
    })),
  };
}

const wireSlot = ({ start, end, expected, low, high }: Forecast[number]) => ({
  ...{ start: iso(start), end: iso(end), expected, low, high },
});

const sumOf = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0);

/** kWh of the first day. */
const kWhOf = (forecast: Forecast): number =>
  sumOf(
    forecast.slice(0, 24).map((slot) => (meanOfBand(slot) * (slot.end - slot.start)) / hourMs),
  ) / 1000;

function forecastSentence(load: Forecast, solar: Forecast, { zone, now }: Here): string {
  if (load.length === 0) return 'Not sure yet what your home will use: too little is known.';
  const until = clockTime(Math.floor(now / hourMs) * hourMs + 24 * hourMs, zone);
  const used = `About ${figure(kWhOf(load))} kWh until ${until} tomorrow`;
  if (solar.length === 0) return `${used}.`;
  return `${used}; the panels make about ${figure(kWhOf(solar))}.`;
}

function proofOf(score: ForecastScore | null): string | null {
  if (!score || score.baselineLossW <= 0) return null;
  const percent = Math.round(100 * (1 - score.lossW / score.baselineLossW));
  const days = score.days === 1 ? 'the last day' : `the last ${score.days} days`;
  const than = 'than the mean of the seven days before';
  return percent >= 0
    ? `Over ${days} it was ${percent} % nearer ${than}.`
    : `Over ${days} it was ${-percent} % further off ${than}.`;
}

export function storyPage(
  home: string,
  { story, asOf, currency }: { story: Story; asOf: number; currency: string },
  told: ToldStory,
): EnergyStoryPage {
  return {
    ...{ home, asOf: iso(asOf), currency },
    sentence: storySentence(story),
    ...{ lines: storyLines(story, currency), told },
    ...{ perDay: story.perDay, before: story.before, baseLoad: story.baseLoad },
    devices: story.devices.map(({ statistic: sensor, ...device }) => ({ sensor, ...device })),
    ...{ byHour: [...story.byHour], byWeekday: [...story.byWeekday] },
    savings: story.savings.map((saving) => ({
      ...{ kind: saving.kind, sensor: saving.statistic, days: saving.days },
      ...{ perMonth: saving.perMonth, low: saving.low, high: saving.high },
      ...savingWords(saving, currency),
    })),
  };
}
