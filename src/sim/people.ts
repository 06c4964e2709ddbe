/** Two people and their day. Pure: the same seed and date always give the same day, whoever asks and when. */
import { Temporal } from 'temporal-polyfill';
import { hashOf, seeded } from './random.ts';

const minuteMs = 60_000;

/** One day of the house, minute by minute; index 0 is local midnight, so a day has 1380, 1440 or 1500. */
export interface Day {
  readonly start: number;
  readonly minutes: number;
  /** Litres a minute out of the taps. */
  readonly waterLpm: Float32Array;
  /** Watts of everything that people switch on; the standing load is not in it. */
  readonly usedW: Float32Array;
  readonly dishwasherW: Float32Array;
  readonly carW: Float32Array;
  readonly solarW: Float32Array;
  /** 1 where somebody moves. */
  readonly hall: Uint8Array;
  readonly kitchen: Uint8Array;
  readonly stairs: Uint8Array;
  readonly frontDoor: Uint8Array;
  readonly fridgeDoor: Uint8Array;
  /** 1 where the person is away. */
  readonly majaAway: Uint8Array;
  readonly olaAway: Uint8Array;
}

interface Making extends Day {
  readonly random: () => number;
  readonly weekend: boolean;
  readonly dayOfYear: number;
  readonly dayOfWeek: number;
}

/** The day that holds `date` (ISO, such as 2026-11-22) in the zone. */
export function livedDay(date: string, o: { seed: number; zone: string }): Day {
  const day = emptyDay(date, o);
  const wake = day.weekend ? at(day, 8, 25, 40) : at(day, 6, 30, 20);
  const bed = at(day, 23, 0, 40);
  goOut(day);
  morning(day, wake);
  awake(day, wake, bed);
  evening(day, bed);
  night(day, bed, wake);
  machines(day);
  sun(day);
  return day;
}

function emptyDay(date: string, { seed, zone }: { seed: number; zone: string }): Making {
  const plain = Temporal.PlainDate.from(date);
  const start = plain.toZonedDateTime(zone).epochMilliseconds;
  const end = plain.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
  const minutes = (end - start) / minuteMs;
  const watts = () => new Float32Array(minutes);
  const marks = () => new Uint8Array(minutes);
  return {
    start,
    minutes,
    random: seeded(hashOf(`${seed} ${date}`)),
    weekend: plain.dayOfWeek >= 6,
    dayOfYear: plain.dayOfYear,
    dayOfWeek: plain.dayOfWeek,
    waterLpm: watts(),
    usedW: watts(),
    dishwasherW: watts(),
    carW: watts(),
    solarW: watts(),
    hall: marks(),
    kitchen: marks(),
    stairs: marks(),
    frontDoor: marks(),
    fridgeDoor: marks(),
    majaAway: marks(),
    olaAway: marks(),
  };
}

/** A time of day, give or take, as a minute of the day. */
const at = (day: Making, hour: number, minute: number, spread: number): number =>
  Math.max(0, Math.round(hour * 60 + minute + (day.random() + day.random() - 1) * spread));

/** Adds to `minutes` minutes; what does not fit in the day is cut off. */
function add(into: Float32Array, from: number, minutes: number, value: number): void {
  for (let m = from; m < Math.min(from + minutes, into.length); m++) into[m]! += value;
}
function mark(into: Uint8Array, from: number, minutes = 1): void {
  into.fill(1, Math.max(0, from), Math.max(0, from + minutes));
}

function goOut(day: Making): void {
  const { random, dayOfWeek, weekend } = day;
  const trips: [Uint8Array, number, number][] = [];
  if (!weekend && dayOfWeek !== 5)
    trips.push([day.majaAway, at(day, 7, 50, 15), at(day, 16, 40, 45)]);
  if (!weekend) trips.push([day.olaAway, at(day, 8, 15, 15), at(day, 17, 25, 40)]);
  if (weekend && random() < 0.7) {
    const leave = at(day, 11, 0, 90);
    const back = leave + 70 + Math.round(random() * 150);
    trips.push([day.majaAway, leave, back], [day.olaAway, leave, back]);
  }
  for (const [who, leave, back] of trips) {
    mark(who, leave, back - leave);
    for (const m of [leave - 1, back]) {
      mark(day.frontDoor, m);
      mark(day.hall, m - 1, 3);
    }
  }
}

function morning(day: Making, wake: number): void {
  const { random } = day;
  mark(day.stairs, wake + 4);
  for (const delay of [8, 26]) {
    add(day.waterLpm, wake + delay, 5 + Math.round(random() * 4), 7.5 + random() * 1.5);
    flush(day, wake + delay - 4);
  }
  mark(day.stairs, wake + 30, 2);
  visitKitchen(day, wake + 34, 12);
  add(day.usedW, wake + 35, 4, 2000);
  add(day.usedW, wake + 38, 6, 850);
}

function awake(day: Making, wake: number, bed: number): void {
  const { random } = day;
  for (let m = wake + 45; m < bed; m += 12 + Math.round(random() * 50)) {
    if (day.majaAway[m] && day.olaAway[m]) continue;
    const what = random();
    if (what < 0.35) flush(day, m);
    else if (what < 0.6) add(day.waterLpm, m, 1, 2 + random() * 2);
    else if (what < 0.85) visitKitchen(day, m, 2 + Math.round(random() * 6));
    if (random() < 0.4) mark(day.stairs, m, 1);
    mark(day.hall, m, 1 + Math.round(random() * 2));
  }
  for (let m = wake; m < bed; m++) if (!day.majaAway[m] || !day.olaAway[m]) day.usedW[m]! += 120;
}

function evening(day: Making, bed: number): void {
  const { random, weekend, dayOfWeek } = day;
  const dinner = at(day, weekend ? 18 : 18, 40, 35);
  visitKitchen(day, dinner, 35);
  add(day.usedW, dinner + 3, 22 + Math.round(random() * 15), 1500 + random() * 700);
  add(day.waterLpm, dinner + 2, 2, 5);
  add(day.waterLpm, dinner + 45, 4, 4.5);
  add(day.usedW, dinner + 60, 150, 160);
  if (dayOfWeek === 7 && random() < 0.6) add(day.waterLpm, at(day, 20, 45, 20), 11, 12);
  flush(day, bed - 12);
  add(day.waterLpm, bed - 10, 2, 3);
  mark(day.stairs, bed - 16, 2);
}

/** Now and then somebody gets up: the usual night is not quite dry. */
function night(day: Making, bed: number, wake: number): void {
  if (day.random() < 0.25) {
    const m = Math.round(day.random() * (wake - 60));
    mark(day.hall, m, 2);
    flush(day, m + 1);
  }
  if (bed < day.minutes - 20 && day.random() < 0.1) flush(day, bed + 15);
}

function machines(day: Making): void {
  const { random, dayOfYear, dayOfWeek } = day;
  if (dayOfYear % 2 === 0) {
    const m = at(day, 20, 5, 20);
    for (const [delay, minutes, watts] of [
      [2, 18, 1950],
      [20, 45, 90],
      [65, 14, 1950],
    ] as const)
      add(day.dishwasherW, m + delay, minutes, watts);
    for (const delay of [0, 22, 50, 64]) add(day.waterLpm, m + delay, 1, 3.5);
  }
  if (dayOfWeek === 3 || dayOfWeek === 6) {
    const m = at(day, 10, 30, 60);
    add(day.usedW, m + 5, 20, 2000);
    add(day.usedW, m + 25, 60, 180);
    for (const delay of [0, 3, 48, 62]) add(day.waterLpm, m + delay, 2, 6);
  }
  if (dayOfWeek % 2 === 0 && !day.weekend) {
    add(day.carW, at(day, 18, 10, 30), 95 + Math.round(random() * 70), 7360);
  }
}

/** Clear-sky sun of 52 degrees north on 8 kW of panels, under the clouds of the day. */
function sun(day: Making): void {
  const tilt = -Math.cos(((day.dayOfYear + 10) / 365) * 2 * Math.PI);
  const halfDay = 60 * (6 + 2.3 * tilt);
  const peak = 8000 * (0.42 + 0.3 * tilt);
  const cloud = 0.25 + 0.75 * day.random();
  const noon = day.minutes / 2 + 20;
  let patch = 1;
  for (let m = Math.ceil(noon - halfDay); m < noon + halfDay; m++) {
    if (m % 7 === 0) patch = 1 - (1 - cloud) * day.random();
    day.solarW[m] = peak * cloud * patch * Math.cos(((m - noon) / halfDay) * (Math.PI / 2)) ** 1.3;
  }
}

function flush(day: Making, m: number): void {
  if (m >= 0) add(day.waterLpm, m, 1, 5.5);
}
function visitKitchen(day: Making, m: number, minutes: number): void {
  mark(day.kitchen, m, minutes);
  mark(day.fridgeDoor, m + 1);
  if (minutes > 4) add(day.waterLpm, m + 2, 1, 4);
}
