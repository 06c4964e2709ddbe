/** Money as people read it. Pure. */

/** What a hundredth is called where prices of a kWh are told in it. */
const hundredths: Readonly<Record<string, string>> = {
  ...{ EUR: 'ct', GBP: 'p', USD: '¢', AUD: 'c', CAD: '¢', NZD: 'c', CHF: 'Rp.' },
  ...{ NOK: 'øre', SEK: 'öre', DKK: 'øre' },
};

const minus = (text: string): string => text.replace('-', '−');

/** `31.4 ct/kWh`; in whole money where hundredths are not usual: `8.31 CZK/kWh`. */
export function pricePerKWh(value: number, currency: string): string {
  const hundredth = hundredths[currency];
  return hundredth
    ? `${minus((value * 100).toFixed(1))} ${hundredth}/kWh`
    : `${minus(value.toFixed(2))} ${currency}/kWh`;
}

/** `2.10 EUR`. */
export const money = (value: number, currency: string): string =>
  `${minus((Math.abs(value) < 0.005 ? 0 : value).toFixed(2))} ${currency}`;

/** `1.70–2.60`. */
export const moneyBand = (low: number, high: number): string =>
  `${minus(low.toFixed(2))}–${minus(high.toFixed(2))}`;
