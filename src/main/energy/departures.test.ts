import { TomteError } from '@tomte/sdk/errors';
import { readPlanLoad } from '@tomte/sdk/plan-load';
import { expect, test } from 'vitest';
import type { HomeLife } from '../home-life.ts';
import { departuresOf } from './departures.ts';

const now = Date.parse('2026-11-20T21:00:00Z');
const car = readPlanLoad(
  'Car switch.a 7400 W 180 min 18:00-07:00 by calendar.trips or not in pieces',
)!;
const dishwasher = readPlanLoad('Dishwasher switch.d 1200 W 90 min 20:00-07:00')!;

type Life = Pick<HomeLife, 'link' | 'zone'>;
function life(answer: (request: object) => unknown): { life: Life; asked: object[] } {
  const asked: object[] = [];
  const call = async (_type: string, request: object) => {
    asked.push(request);
    return answer(request);
  };
  const link = { call, state: { kind: 'live' }, mirror: { hasAction: () => true } };
  return { life: { link, zone: 'Europe/Berlin' } as unknown as Life, asked };
}

test('the events of its calendar, from midnight on for as long as prices are known; all-day ones say no time', async () => {
  const events = [
    { start: '2026-11-21T08:15:00+01:00', end: '2026-11-21T09:00:00+01:00', summary: 'Trip' },
    { start: '2026-11-21', end: '2026-11-22', summary: 'Birthday' },
  ];
  const { life: home, asked } = life(() => ({ response: { 'calendar.trips': { events } } }));
  const found = await departuresOf(home, [car, dishwasher, car], now);
  expect([...found]).toEqual([['calendar.trips', [Date.parse('2026-11-21T07:15:00Z')]]]);
  expect(asked).toMatchObject([
    {
      ...{ domain: 'calendar', service: 'get_events' },
      service_data: {
        start_date_time: '2026-11-19T23:00:00.000Z',
        end_date_time: '2026-11-22T21:00:00.000Z',
      },
    },
  ]);
  expect((await departuresOf(home, [dishwasher], now)).size).toBe(0);
});

test('a calendar that cannot be read is told from an empty one; a fault of the program is not', async () => {
  const none = async (answer: () => unknown) =>
    (await departuresOf(life(answer).life, [car], now)).get('calendar.trips');
  expect(await none(() => ({ response: { 'calendar.trips': { events: [] } } }))).toEqual([]);
  expect(await none(() => ({ response: {} }))).toBeNull();
  const refuse = () => {
    throw new TomteError('home.call_failed', 'Home Assistant refused');
  };
  expect(await none(refuse)).toBeNull();
  const broken = () => {
    throw new RangeError('a fault');
  };
  await expect(none(broken)).rejects.toThrow('a fault');
});
