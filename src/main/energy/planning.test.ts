/** A plan through the whole service: from the home's own prices and past, with the reason. */
import type { Client } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LinkedService, linkedService } from '../testing.ts';

let service: LinkedService;
let tomte: Client;
let home: string;

beforeAll(async () => {
  service = await linkedService({ days: 30 });
  tomte = service.tomte;
  home = service.home.id;
}, 120_000);
afterAll(() => service.close());

test('a load is planned by the home’s own prices and forecasts, with its reason', async () => {
  const plan = await tomte.planEnergy({
    home,
    loads: [{ id: 'Dishwasher', powerW: 1_200, minutes: 90 }],
  });
  expect(plan).toMatchObject({ status: 'optimal', bent: [], currency: 'EUR' });
  const minutes = plan.slots
    .filter(({ loads }) => loads.Dishwasher! > 0)
    .reduce((sum, slot) => sum + slot.minutes, 0);
  expect(minutes).toBeGreaterThanOrEqual(90);
  expect(plan.cost).toBeGreaterThan(0);
  expect(plan.cost).toBeLessThanOrEqual(plan.costDoNothing + 0.005);
  expect(plan.slots.some(({ gridW }) => gridW > 0)).toBe(true);
  expect(plan.reasons).toHaveLength(1);
  expect(plan.reasons[0]!.text).toMatch(/^Dishwasher: (now\.|at )/);
});

test('what is no load is refused, and a home that is not there', async () => {
  const loads = [{ id: 'x', powerW: -5, minutes: 90 }];
  await expect(tomte.planEnergy({ home, loads })).rejects.toMatchObject({
    code: 'api.invalid',
  });
  await expect(tomte.planEnergy({ home: 'nowhere' })).rejects.toMatchObject({
    code: 'home.not_found',
  });
});
