/**
 * A home battery on a timer: filled at night and kept for the dear evening; on some days filled in
 * that evening instead. It does not look at the sun.
 */
import { hashOf, seeded } from './random.ts';

export const capacityKWh = 8;
const mostW = 3000;
const oneWay = 0.95;
const leastKWh = 0.05 * capacityKWh;

/** W at its terminals within one minute; `needW` is above 0 where the house lacks something. */
export function batteryMinute(o: {
  storedKWh: number;
  needW: number;
  dayStart: number;
  minute: number;
}): { intoW: number; outW: number } {
  const hour = o.minute / 60;
  const isBad = seeded(hashOf(`battery ${o.dayStart}`))() < 0.2;
  const [from, to] = isBad ? [18, 20] : [2, 4];
  const fills = hour >= from && hour < to;
  const keeps = !isBad && hour < 16;
  const room = ((capacityKWh - o.storedKWh) / oneWay) * 60_000;
  const store = (o.storedKWh - leastKWh) * oneWay * 60_000;
  const wish = fills ? -mostW : keeps ? Math.min(0, o.needW) : o.needW;
  const intoW = Math.max(0, Math.min(-wish, mostW, room));
  const outW = Math.max(0, Math.min(wish, mostW, store));
  return { intoW, outW };
}

export const storedAfter = (storedKWh: number, o: { intoW: number; outW: number }): number =>
  storedKWh + (o.intoW * oneWay - o.outW / oneWay) / 60_000;
