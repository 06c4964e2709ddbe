import { TomteError } from '@tomte/sdk/errors';
import { type Rate, ratesOf } from '@tomte/sdk/prices';
import { defineTariff, type TariffHome } from '@tomte/sdk/tariff';
import { z } from 'zod';
import { tidy } from '../prices/read.ts';
import { priceFactor } from '../prices/unit.ts';
import { hourMs } from '../series.ts';

const entity = z
  .string()
  .regex(/^(sensor|event|binary_sensor)\.[a-z0-9_]+$/, 'a sensor such as sensor.nordpool');

export default defineTariff({
  title: 'A price sensor',
  text: 'A sensor that carries coming prices, such as those of Nord Pool, ENTSO-E, Octopus, aWATTar, EPEX or your own.',
  settings: z.strictObject({
    entity: entity.describe('The sensor whose attributes hold the prices'),
    further: z
      .array(entity)
      .max(4)
      .default([])
      .describe('Others that hold more of them, such as those of tomorrow'),
    sell: entity.optional().describe('The sensor of what is paid for a kWh fed in; empty for none'),
    bare: z
      .boolean()
      .default(false)
      .describe('Market prices alone; taxes and fees are added by the one number'),
  }),
  async fits(home) {
    const found = ['sensor', 'event'].flatMap((domain) =>
      home.states(domain).filter((state) => ratesOf(state).length >= 8),
    );
    const [entity, ...others] = found.map(({ entityId }) => entityId);
    if (!entity) return null;
    const isLike = (id: string) => id.slice(0, 24) === entity.slice(0, 24) && !/export/.test(id);
    return { entity, further: others.filter(isLike).slice(0, 4) };
  },
  async rates({ start, end }, { settings, home, now }) {
    const read = (ids: readonly string[]) =>
      tidy(ids.flatMap((id) => ratesIn(home, id, now()))).filter(
        (r) => r.end > start && r.start < end,
      );
    return {
      buy: read([settings.entity, ...settings.further]),
      ...(settings.sell ? { sell: read([settings.sell]) } : {}),
      bare: settings.bare,
    };
  },
});

function ratesIn(home: TariffHome, id: string, now: number): Rate[] {
  const state = home.states(id.slice(0, id.indexOf('.'))).find(({ entityId }) => entityId === id);
  if (!state) {
    throw new TomteError('energy.tariff_unavailable', `There is no ${id} in the home`, {
      hint: 'Choose the sensor that took its place.',
    });
  }
  const factor = priceFactor(state.attributes);
  const rates = ratesOf(state);
  const shown = state.state.trim() === '' ? Number.NaN : Number(state.state);
  // One that carries none tells at least what this hour costs.
  if (rates.length === 0 && Number.isFinite(shown)) {
    const start = Math.floor(now / hourMs) * hourMs;
    return [{ start, end: start + hourMs, value: shown * factor }];
  }
  return rates.map((rate) => ({ ...rate, value: rate.value * factor }));
}
