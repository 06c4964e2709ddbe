/** What goes wrong, when, and on which sensors it shows. Minutes of the year. */
import { between, type Calendar, type Random, whole } from './calendar.ts';
import type { Lived } from './people.ts';

export const faultClasses = [
  'leak',
  'drip',
  'toilet',
  'burst',
  'fridge',
  'freezer',
  'motionAway',
  'motionOdd',
  'stuck',
  'offline',
  'battery',
  'shortCycling',
  'phantom',
  'leftOn',
  'door',
] as const;
export type FaultClass = (typeof faultClasses)[number];

export interface Fault {
  readonly name: FaultClass;
  readonly from: number;
  readonly to: number;
  /** Its size in the class's own unit. */
  readonly size: number;
}

const learningDays = 28;

/** Two of each class, spread over the year, each three days away from the others. */
export function makeFaults(o: { calendar: Calendar; lived: Lived; random: Random }): Fault[] {
  const { calendar, random } = o;
  const used = new Set<number>();
  const faults: Fault[] = [];
  for (const name of faultClasses) {
    for (let n = 0; n < 2; n++) {
      const fault = place(name, { ...o, used });
      if (fault) faults.push(fault);
    }
  }
  return faults.sort((a, b) => a.from - b.from);

  function place(
    name: FaultClass,
    p: { calendar: Calendar; lived: Lived; random: Random; used: Set<number> },
  ): Fault | null {
    for (let attempt = 0; attempt < 400; attempt++) {
      const i = whole(random, learningDays + 1, calendar.days.length - 6);
      const day = calendar.days[i]!;
      if ([-1, 0, 1, 2].some((near) => p.used.has(i + near))) continue;
      const made = makeOne(name, { ...p, from: day.from });
      if (!made || made.from < day.from) continue;
      for (const near of [0, 1]) p.used.add(i + near);
      return { name, ...made };
    }
    return null;
  }
}

function makeOne(
  name: FaultClass,
  o: { lived: Lived; random: Random; from: number },
): Omit<Fault, 'name'> | null {
  const { random, from, lived } = o;
  const lasting = (hour: number, minutes: number, size: number) => ({
    from: Math.round(from + hour * 60),
    to: Math.round(from + hour * 60 + minutes),
    size,
  });
  const anyHour = between(random, 0, 23);
  switch (name) {
    case 'leak':
      return lasting(
        between(random, 1.5, 2.5),
        between(random, 360, 720),
        between(random, 0.25, 0.4),
      );
    case 'drip':
      return lasting(anyHour, 2880, between(random, 0.05, 0.08));
    case 'toilet':
      return lasting(anyHour, between(random, 300, 720), between(random, 0.7, 2.2));
    case 'burst':
      return lasting(anyHour, between(random, 20, 60), between(random, 16, 28));
    case 'fridge':
      return lasting(anyHour, between(random, 150, 360), between(random, 5, 9));
    case 'freezer':
      return lasting(anyHour, between(random, 480, 900), between(random, 1.2, 2.5));
    case 'motionAway':
      return whileAway(lived, random, from);
    case 'motionOdd':
      return lasting(between(random, 2.6, 3.4), between(random, 20, 35), 0);
    case 'stuck':
      return lasting(anyHour, 2880, 0);
    case 'offline':
      return lasting(anyHour, between(random, 720, 1440), random());
    case 'battery':
      return lasting(anyHour, 2880, between(random, 30, 50));
    case 'shortCycling':
      return lasting(anyHour, between(random, 480, 900), whole(random, 4, 7));
    case 'phantom':
      return lasting(anyHour, 4320, between(random, 120, 200));
    case 'leftOn':
      return lasting(anyHour, between(random, 240, 540), between(random, 1400, 2200));
    case 'door':
      return lasting(between(random, 7, 22), between(random, 60, 180), 0);
  }
}

/** Somebody in the house for a quarter of an hour while everybody is away for two hours and more. */
function whileAway(lived: Lived, random: Random, from: number): Omit<Fault, 'name'> | null {
  const begin = from + whole(random, 540, 1300);
  for (let m = begin - 60; m < begin + 75; m++) {
    if (!lived.empty[m] || !lived.away.every((phone) => phone[m])) return null;
    if (lived.robotOn[m]) return null;
  }
  return { from: begin, to: begin + whole(random, 10, 20), size: 0 };
}
