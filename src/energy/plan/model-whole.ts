/**
 * Rows that say nothing new of a load that is on or off, and much of one that is half on: the relaxation would charge
 * a third of a car all day on what sun and battery have left, and the solver search long for a plan that cheap.
 */
import type { ModelBuilder, Term } from '../../lib/solve/linear.ts';
import type { LoadColumns } from './model-jobs.ts';
import type { Problem } from './problem.ts';

const leastKW = 1e-6;

interface Slot {
  readonly n: number;
  readonly import: number;
  readonly discharge: number | null;
}

/** What is half on takes half of what it would take on. */
export function takesWhole(
  model: ModelBuilder,
  problem: Problem,
  loads: readonly LoadColumns[],
  { n, ...own }: Slot,
): void {
  const { solarW, baseLoadW } = problem.slots[n]!;
  const fixed = loads.reduce((sum, { fixedKW }) => sum + fixedKW[n]!, 0);
  const needKW = (baseLoadW - solarW) / 1000 + fixed;
  const able = loads
    .filter(({ on }) => on[n]!.length > 0)
    .map(({ load, on }) => ({ load, kW: (load.powerMinW ?? load.powerW) / 1000, on: on[n]! }));
  if (needKW < 0) fromSun(model, able, -needKW, own);
  const batteryKW = (problem.battery?.dischargeMaxW ?? 0) / 1000;
  if (batteryKW > 0) fromBattery(model, able, { needKW, batteryKW, import: own.import });
}

interface Able extends Pick<LoadColumns, 'load'> {
  readonly kW: number;
  readonly on: readonly Term[];
}

const times = (on: readonly Term[], kW: number): Term[] => on.map(([c, f]) => [c, f * kW]);

/**
 * Grid and battery give what the sun does not: for each load beyond all of it, and for each beyond what is left of
 * it while another one has its part.
 */
function fromSun(
  model: ModelBuilder,
  able: readonly Able[],
  sunKW: number,
  own: Omit<Slot, 'n'>,
): void {
  const given: Term[] = [[own.import, 1]];
  if (own.discharge !== null) given.push([own.discharge, 1]);
  const row = (low: number, leftKW: number, loads: readonly Able[], more: readonly Term[]) => {
    const beyond = loads.filter(({ kW }) => kW - leftKW > leastKW);
    if (beyond.length === 0) return;
    const terms = beyond.flatMap(({ kW, on }) => times(on, leftKW - kW));
    model.row({ low }, [...given, ...terms, ...more]);
  };
  row(0, sunKW, able, []);
  for (const first of able) {
    if (first.kW >= sunKW || first.kW < leastKW) continue;
    const others = able.filter((one) => one !== first);
    row(-first.kW, sunKW - first.kW, others, times(first.on, -first.kW));
  }
}

/** The grid gives what is beyond the battery, or beyond the sun for what the battery may not feed. */
function fromBattery(
  model: ModelBuilder,
  able: readonly Able[],
  o: { needKW: number; batteryKW: number; import: number },
): void {
  const without = Math.max(0, o.needKW - o.batteryKW);
  const beyond = (loads: readonly Able[], givenKW: number): Term[] =>
    loads.flatMap(({ kW, on }) => {
      const more = Math.max(0, o.needKW + kW - givenKW) - without;
      return more > leastKW ? times(on, -more) : [];
    });
  // One of them in a row, as two would count the battery twice.
  const shut = able.filter(({ load }) => !load.fromBattery);
  for (const one of shut.length > 0 ? shut : [null]) {
    const others = able.filter((load) => load !== one);
    const terms = [...beyond(others, o.batteryKW), ...(one ? beyond([one], 0) : [])];
    if (terms.length > 0) model.row({ low: without }, [[o.import, 1], ...terms]);
  }
}
