import type { EntityState } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { nearestIn } from './nearest.ts';

const minute = 60_000;
const at = Date.parse('2026-05-01T02:00:00Z');
const price = (ct: number, minutes: number): EntityState => {
  const t = at + minutes * minute;
  return {
    ...{ entityId: 'sensor.price', state: String(ct), attributes: {} },
    ...{ lastChanged: t, lastUpdated: t, contextId: null, contextUserId: null },
  };
};
const cheap = { entity: 'sensor.price', below: 30 } as const;
const span = { zone: 'UTC', from: at - 720 * minute, to: at + 720 * minute };
const nearest = (o: Partial<Parameters<typeof nearestIn>[0]>) =>
  nearestIn({ ...span, at, conditions: [cheap], changes: [], ...o });

test('the nearest moment in which it was so, before or after', () => {
  const later = [price(31.2, -100), price(29, 30), price(35, 90)];
  expect(nearest({ changes: later })).toBe(at + 30 * minute);
  const earlier = [price(20, -100), price(31.2, -20), price(29, 30)];
  expect(nearest({ changes: earlier })).toBe(at - 20 * minute - 1);
});

test('all of them at once; a time of the day counts too', () => {
  const changes = [price(29, -100)];
  const night = { time: { after: '03:00', before: '04:00' } } as const;
  expect(nearest({ changes, conditions: [cheap, night] })).toBe(at + 60 * minute);
});

test('what has to be so for a while is met when it has been', () => {
  const changes = [price(40, -100), price(29, 10)];
  const steady = { ...cheap, for: '15m' } as const;
  expect(nearest({ changes, conditions: [steady] })).toBe(at + 25 * minute);
});

test('where it was never so, no time is named', () => {
  expect(nearest({ changes: [price(40, -700)] })).toBeNull();
});
