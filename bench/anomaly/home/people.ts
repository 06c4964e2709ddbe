/** Who is where in each minute of the year, and what they do with water, power and doors. */
import { bell, between, type Calendar, type CalendarDay, type Random, whole } from './calendar.ts';

export const rooms = ['hall', 'kitchen', 'living', 'bath'] as const;
export type Room = (typeof rooms)[number];

export interface Traits {
  readonly kind: 'worker' | 'couple' | 'family' | 'retired' | 'shifts';
  readonly adults: number;
  readonly teens: number;
  /** Teens without a phone are at home and nobody knows. */
  readonly teensTracked: boolean;
  readonly wake: number;
  readonly bed: number;
  readonly robot: { weekdays: readonly number[]; minute: number; lasts: number } | null;
  readonly pet: boolean;
  readonly softener: boolean;
  readonly irrigation: boolean;
  readonly car: boolean;
  readonly heatPump: boolean;
  readonly shower: { lpm: number; minutes: number };
  readonly flush: number;
}

/** Minute series of the year. */
export interface Lived {
  readonly waterLpm: Float32Array;
  readonly usedW: Float32Array;
  readonly ironW: Float32Array;
  readonly motion: Readonly<Record<Room, Uint8Array>>;
  readonly frontDoor: Uint8Array;
  readonly window: Uint8Array;
  readonly fridgeDoor: Uint8Array;
  readonly robotOn: Uint8Array;
  /** What each phone says: 1 is away. */
  readonly away: readonly Uint8Array[];
  /** True minutes with nobody in the house. */
  readonly empty: Uint8Array;
}

export function traitsOf(random: Random): Traits {
  const kind = (['worker', 'couple', 'family', 'retired', 'shifts'] as const)[whole(random, 0, 4)]!;
  const adults = kind === 'worker' ? 1 : 2;
  const robot = random() < 0.5;
  return {
    kind,
    adults,
    teens: kind === 'family' ? whole(random, 1, 2) : 0,
    teensTracked: random() < 0.6,
    wake: kind === 'retired' ? between(random, 420, 500) : between(random, 350, 430),
    bed: between(random, 1330, 1420),
    robot: robot
      ? {
          weekdays: random() < 0.5 ? [1, 3, 5] : [2, 4, 6],
          minute: whole(random, 570, 840),
          lasts: whole(random, 30, 70),
        }
      : null,
    pet: random() < 0.25,
    softener: random() < 0.2,
    irrigation: random() < 0.35,
    car: random() < 0.35,
    heatPump: random() < 0.7,
    shower: { lpm: between(random, 5.5, 10), minutes: between(random, 4, 10) },
    flush: between(random, 4, 7),
  };
}

interface Making extends Lived {
  readonly random: Random;
  readonly traits: Traits;
  readonly length: number;
}

export function liveYear(o: { calendar: Calendar; traits: Traits; random: Random }): Lived {
  const last = o.calendar.days.at(-1)!;
  const length = last.from + last.minutes;
  const series = () => new Float32Array(length);
  const marks = () => new Uint8Array(length);
  const tracked = o.traits.adults + (o.traits.teensTracked ? o.traits.teens : 0);
  const made: Making = {
    random: o.random,
    traits: o.traits,
    length,
    waterLpm: series(),
    usedW: series(),
    ironW: series(),
    motion: { hall: marks(), kitchen: marks(), living: marks(), bath: marks() },
    frontDoor: marks(),
    window: marks(),
    fridgeDoor: marks(),
    robotOn: marks(),
    away: Array.from({ length: tracked }, marks),
    empty: marks().fill(1),
  };
  for (const day of o.calendar.days) {
    const people = o.traits.adults + o.traits.teens;
    for (let who = 0; who < people; who++) livePerson(made, day, who);
    for (let guest = 0; guest < day.guests && !day.journey; guest++) livePerson(made, day, -1);
    machines(made, day);
  }
  return made;
}

function add(made: Making, into: Float32Array, from: number, minutes: number, value: number): void {
  const to = Math.min(made.length, Math.round(from + minutes));
  for (let m = Math.max(0, Math.round(from)); m < to; m++) into[m]! += value;
}
function mark(made: Making, into: Uint8Array, from: number, minutes = 1): void {
  into.fill(1, Math.max(0, Math.round(from)), Math.min(made.length, Math.round(from + minutes)));
}

/** One day of one person; `who` is -1 for a guest, who has no phone here. */
function livePerson(made: Making, day: CalendarDay, who: number): void {
  const { random, traits, away } = made;
  const phone = who >= 0 ? away[who] : undefined;
  if (day.journey) {
    if (phone) mark(made, phone, day.from, day.minutes);
    return;
  }
  const late = day.free ? 70 : 0;
  const shift = traits.kind === 'shifts' && who === 0 && day.dayOfYear % 21 < 7 ? 480 : 0;
  const wake = day.from + traits.wake + late + shift + 18 * bell(random) + (who > 1 ? 30 : 0);
  const bed = day.from + traits.bed + (day.guests ? 60 : 0) + 25 * bell(random);
  const trips = tripsOf(made, day, who, shift);
  const isOut = (m: number) => trips.some((trip) => m >= trip.leave && m < trip.back);
  const dayEnd = day.from + day.minutes;
  for (let m = day.from; m < Math.min(dayEnd, made.length); m++) if (!isOut(m)) made.empty[m] = 0;
  for (const trip of trips) goOut(made, trip, phone);
  if (!isOut(wake + 10)) morning(made, wake, who);
  awakeHours(made, { wake, bed, isOut });
  if (!isOut(bed - 15)) {
    flush(made, bed - 8);
    add(made, made.waterLpm, bed - 6, 2, 3);
    move(made, 'bath', bed - 8, 4);
  }
  // Somebody gets up at night.
  if (random() < (traits.kind === 'retired' ? 0.5 : 0.2)) {
    const m = day.from + between(random, 20, traits.wake - 60);
    if (!isOut(m)) {
      move(made, 'hall', m, 1);
      move(made, 'bath', m + 1, 3);
      flush(made, m + 3);
    }
  }
}

interface Trip {
  readonly leave: number;
  readonly back: number;
}

function tripsOf(made: Making, day: CalendarDay, who: number, shift: number): Trip[] {
  const { random, traits } = made;
  if (who === -1) return [];
  const works = !day.free && (traits.kind !== 'retired' || random() < 0.15);
  const homeOffice = who === 1 && day.weekday >= 4;
  const trips: Trip[] = [];
  if (works && !homeOffice) {
    const leave = day.from + 470 + shift + 20 * bell(random) + (who > 1 ? 15 : 0);
    const lasts = who > 1 ? between(random, 360, 440) : between(random, 500, 600);
    trips.push({ leave, back: leave + lasts });
  } else if (random() < 0.7) {
    const leave = day.from + between(random, 600, 900);
    trips.push({ leave, back: leave + between(random, 40, 240) });
  }
  const evening = day.from + between(random, 1120, 1180);
  if (random() < 0.18 && trips.every((trip) => trip.back < evening - 20)) {
    trips.push({
      leave: evening,
      back: Math.min(day.from + 1430, evening + between(random, 80, 220)),
    });
  }
  return trips;
}

/** Hall and door at both ends; the phone is seen to go and to come some minutes late. */
function goOut(made: Making, { leave, back }: Trip, phone: Uint8Array | undefined): void {
  const { random } = made;
  for (const m of [leave, back]) {
    move(made, 'hall', m - 1, 3);
    mark(made, made.frontDoor, m, random() < 0.15 ? 3 : 1);
  }
  if (phone)
    mark(made, phone, leave + between(random, 1, 9), back - leave + between(random, -9, 4));
}

function move(made: Making, room: Room, from: number, minutes: number): void {
  for (let i = 0; i < minutes; i++) {
    if (made.random() < 0.8) mark(made, made.motion[room], from + i);
  }
}
function flush(made: Making, m: number): void {
  add(made, made.waterLpm, m, 1, made.traits.flush);
}

function morning(made: Making, wake: number, who: number): void {
  const { random, traits } = made;
  move(made, 'bath', wake, 12);
  flush(made, wake + 2);
  const showers = random() < 0.85;
  if (showers) {
    const minutes = traits.shower.minutes * (who > 1 ? 1.7 : 1) * between(random, 0.7, 1.4);
    add(made, made.waterLpm, wake + 4, minutes, traits.shower.lpm);
  }
  move(made, 'kitchen', wake + 16, 12);
  mark(made, made.fridgeDoor, wake + 17);
  add(made, made.waterLpm, wake + 18, 1, 3);
  add(made, made.usedW, wake + 18, 4, 1900);
}

function awakeHours(
  made: Making,
  o: { wake: number; bed: number; isOut: (m: number) => boolean },
): void {
  const { random } = made;
  for (let m = o.wake + 28; m < o.bed - 15; ) {
    const stay = whole(random, 6, 45);
    if (o.isOut(m)) {
      m += 5;
      continue;
    }
    const room = random() < 0.55 ? 'living' : random() < 0.7 ? 'kitchen' : 'hall';
    const still = room === 'living' ? 0.12 : 0.45;
    for (let i = 0; i < stay; i++) {
      if (!o.isOut(m + i) && random() < still) mark(made, made.motion[room], m + i);
    }
    add(made, made.usedW, m, stay, 60);
    const what = random();
    if (what < 0.22) {
      flush(made, m);
      move(made, 'bath', m - 1, 3);
    } else if (what < 0.5) add(made, made.waterLpm, m, 1, between(random, 1, 5));
    if (room === 'kitchen') mark(made, made.fridgeDoor, m + 2);
    m += stay;
  }
}

function machines(made: Making, day: CalendarDay): void {
  const { random, traits } = made;
  const at = (hour: number, spread: number) => day.from + hour * 60 + spread * bell(random);
  robot(made, day);
  if (traits.softener && day.dayOfYear % 11 === 0) add(made, made.waterLpm, at(2, 1), 38, 5);
  if (traits.irrigation && day.dayOfYear > 155 && day.dayOfYear < 250 && day.dayOfYear % 2 === 0) {
    add(made, made.waterLpm, at(5, 0), 35, 11);
  }
  if (traits.pet) {
    for (let m = day.from; m < day.from + day.minutes; m += whole(random, 15, 120)) {
      mark(made, made.motion[random() < 0.5 ? 'hall' : 'living'], m, whole(random, 1, 2));
    }
  }
  if (day.journey) return;
  const dinner = at(day.free ? 18.2 : 18.7, 30);
  if (made.empty[Math.round(dinner)] === 0) cook(made, dinner);
  if (random() < 0.5) dishwasher(made, at(20.3, 25));
  if (random() < 0.3) wash(made, at(10.5, 90));
  if (day.free && random() < 0.25)
    add(made, made.waterLpm, at(20.5, 30), between(random, 8, 13), 11);
  if (day.weekday === 7 && random() < 0.7) iron(made, at(16, 60));
  if (traits.car && random() < 0.4)
    add(made, made.usedW, at(22.5, 30), between(random, 90, 260), 7200);
  // A hose or a pool on a hot day.
  if (day.outsideMean > 19 && random() < 0.06) {
    add(made, made.waterLpm, at(17, 60), between(random, 25, 90), between(random, 9, 14));
  }
  if (made.empty[Math.round(at(7.5, 10))] === 0 && random() < 0.85) {
    mark(made, made.window, at(7.6, 20), between(random, 10, 50) * (day.outsideMean > 16 ? 4 : 1));
  }
}

function robot(made: Making, day: CalendarDay): void {
  const { robot: plan } = made.traits;
  if (!plan?.weekdays.includes(day.weekday)) return;
  const from = day.from + plan.minute;
  mark(made, made.robotOn, from, plan.lasts);
  for (let i = 0; i < plan.lasts; i++) {
    const room = rooms[Math.floor((i / plan.lasts) * 3)]!;
    if (made.random() < 0.35) mark(made, made.motion[room], from + i);
  }
}

function cook(made: Making, m: number): void {
  const { random } = made;
  move(made, 'kitchen', m, 35);
  add(made, made.usedW, m, between(random, 18, 45), between(random, 1200, 2600));
  add(made, made.waterLpm, m + 3, 2, 4);
  add(made, made.waterLpm, m + 45, between(random, 2, 6), 4.5);
  for (const delay of [1, 6, 12]) mark(made, made.fridgeDoor, m + delay);
}
function dishwasher(made: Making, m: number): void {
  for (const [delay, minutes] of [
    [3, 16],
    [66, 15],
  ] as const)
    add(made, made.usedW, m + delay, minutes, 1950);
  for (const delay of [0, 24, 50, 64]) add(made, made.waterLpm, m + delay, 1, 3.5);
}
function wash(made: Making, m: number): void {
  add(made, made.usedW, m + 5, 22, 2000);
  add(made, made.usedW, m + 27, 60, 190);
  for (const delay of [0, 4, 45, 60]) add(made, made.waterLpm, m + delay, 2, 6);
}
function iron(made: Making, m: number): void {
  const minutes = Math.round(between(made.random, 20, 50));
  for (let i = 0; i < minutes; i++) {
    if (made.random() < 0.6) {
      add(made, made.ironW, m + i, 1, 1900);
      add(made, made.usedW, m + i, 1, 1900);
    }
  }
}
