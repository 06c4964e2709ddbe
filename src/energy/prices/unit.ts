/** What a price in the attributes of a sensor is multiplied with to be in whole money per kWh. */

type Attributes = Readonly<Record<string, unknown>>;

const hundredth = /^(ct|c|cent|cents|p|pence|¢|øre|öre|ore|gr|haléř)\s*\//i;

/**
 * By the unit of the sensor, by the name of the field where that says more (`price_ct_per_kwh`,
 * `marketprice`), and by what Nord Pool’s sensor says besides (`unit`, `price_in_cents`).
 */
export function priceFactor(attributes: Attributes): number {
  const unit = String(attributes.unit_of_measurement ?? '');
  const fields = rowFields(attributes);
  if (fields.has('price_ct_per_kwh')) return 0.01;
  if (fields.has('marketprice')) return 0.001;
  if (fields.has('price_per_kwh') || fields.has('per_kwh')) return 1;
  const cents = hundredth.test(unit) || attributes.price_in_cents === true ? 0.01 : 1;
  const energy = /\/\s*(MWh|kWh|Wh)\b/i.exec(unit)?.[1] ?? String(attributes.unit ?? 'kWh');
  return cents * (perKWh[energy.toLowerCase()] ?? 1);
}

const perKWh: Readonly<Record<string, number>> = { mwh: 0.001, kwh: 1, wh: 1000 };

/** Names of fields of the first row of each list. */
function rowFields(attributes: Attributes): Set<string> {
  const names = new Set<string>();
  for (const list of Object.values(attributes)) {
    const first: unknown = Array.isArray(list) ? list[0] : null;
    if (typeof first === 'object' && first !== null) {
      for (const name of Object.keys(first)) names.add(name);
    }
  }
  return names;
}
