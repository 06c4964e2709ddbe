/** Money as people read it. Pure. */

/** What a hundredth is called where prices of a kWh are told in it. */
const hundredths: Readonly<Record<string, string>> = {
  ...{ EUR: 'ct', GBP: 'p', USD: '¢', AUD: 'c', CAD: '¢', NZD: 'c', CHF: 'Rp.' },
  ...{ NOK: 'øre', SEK: 'öre', DKK: 'øre' },
};

const minus = (text: string): string => text.replace('-', '−');

/** The unit in which people read a price of a kWh, and what the price is multiplied with to be in it. */
export function priceUnit(currency: string): { unit: string; factor: number } {
  const hundredth = hundredths[currency];
  return hundredth
    ? { unit: `${hundredth}/kWh`, factor: 100 }
    : { unit: `${currency}/kWh`, factor: 1 };
}

/** `31.4 ct/kWh`; in whole money where hundredths are not usual: `8.31 CZK/kWh`. */
export function pricePerKWh(value: number, currency: string): string {
  const { unit, factor } = priceUnit(currency);
  return `${minus((value * factor).toFixed(factor === 1 ? 2 : 1))} ${unit}`;
}

/** `2.10 EUR`. */
export const money = (value: number, currency: string): string =>
  `${minus((Math.abs(value) < 0.005 ? 0 : value).toFixed(2))} ${currency}`;

/** `1.70–2.60`; with a sign in it `−4.00 to 1.20`, where a dash beside a minus could not be read. */
export function moneyBand(low: number, high: number): string {
  const [from, to] = [low, high].map((one) => (Math.abs(one) < 0.005 ? 0 : one).toFixed(2));
  return low <= -0.005 || high <= -0.005 ? `${minus(from!)} to ${minus(to!)}` : `${from}–${to}`;
}
