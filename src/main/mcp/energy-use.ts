/** What a home used against the same number of days before, line by line, and one sentence about it. */
import type { EntityInfo, HourRow } from '@tomte/sdk/home';
import type { EnergyUse } from '@tomte/sdk/types-mcp';
import { figure } from '@tomte/sdk/words';
import { localHours } from '../../anomaly/local-hour.ts';
import type { GridFlow, Prefs } from '../../energy/setup/prefs.ts';
import { type Call, hourStatistics } from '../../home/history.ts';
import { iso } from '../../lib/clock.ts';
import { readEnergyPage } from '../energy/energy-page.ts';
import { round } from './history-summary.ts';

type Line = EnergyUse['lines'][number];

export interface UseThing {
  readonly id: string;
  readonly name: string;
  readonly kind: Line['kind'];
  readonly unit: string;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const linesMax = 20;
const thingsMax = 60;
/** With less of the earlier stretch, a comparison says more than is known. */
const knownShare = 0.8;

export async function energyUse(o: {
  readonly home: string;
  readonly zone: string;
  readonly currency: string;
  readonly call: Call;
  readonly infos: readonly EntityInfo[];
  readonly days: number;
  /** Epoch ms. */
  readonly now: number;
  readonly signal: AbortSignal;
}): Promise<EnergyUse> {
  const to = Math.floor(o.now / hourMs) * hourMs;
  const from = to - o.days * dayMs;
  const before = from - o.days * dayMs;
  const prefs = await readEnergyPage(o.call, o.signal);
  const things = thingsOf(prefs, o.infos, o.currency).slice(0, thingsMax);
  const hours = await hourStatistics(o.call, {
    ids: things.map(({ id }) => id),
    ...{ from: before, to, units: { energy: 'kWh', volume: 'm³' }, signal: o.signal },
  });
  const all = things.map((thing) =>
    lineOf(thing, hours.get(thing.id) ?? [], { before, from, to, zone: o.zone }),
  );
  const lines = all
    .filter((line) => line.days > 0)
    .sort((a, b) => rank(a) - rank(b) || Math.abs(b.change) - Math.abs(a.change));
  const missing = [
    ...all.filter((line) => line.days === 0).map((line) => `${line.name}: nothing is kept of it`),
    ...lines
      .filter((line) => line.days < 2 * o.days * knownShare)
      .map((line) => `${line.name}: only ${Math.round(line.days)} of ${2 * o.days} days are kept`),
  ].slice(0, 10);
  return {
    ...{ home: o.home, days: o.days, from: iso(from), to: iso(to) },
    sentence: sentenceOf(lines, o.days),
    lines: lines.slice(0, linesMax),
    missing,
  };
}

const order: readonly Line['kind'][] = [
  'grid',
  'cost',
  'returned',
  'solar',
  'battery',
  'gas',
  'water',
];
const rank = ({ kind }: Line): number => (kind === 'device' ? order.length : order.indexOf(kind));

/** Sources and devices of the home's energy page; without one, its energy meters. Pure. */
export function thingsOf(
  prefs: Prefs | null,
  infos: readonly EntityInfo[],
  currency: string,
): UseThing[] {
  const nameOf = (id: string) => infos.find((info) => info.id === id)?.name ?? id;
  const found = new Map<string, UseThing>();
  const add = (id: string | null, kind: Line['kind'], unit: string, name?: string | null) => {
    if (id === null || found.has(id)) return;
    found.set(id, { id, kind, unit, name: name || nameOf(id) });
  };
  const bought = (flows: readonly GridFlow[], kind: 'grid' | 'gas' | 'water', unit: string) => {
    for (const { statistic, price } of flows) {
      add(statistic, kind, unit);
      add(price.costStatistic, 'cost', currency, `Cost of ${kind}`);
    }
  };
  bought(prefs?.imports ?? [], 'grid', 'kWh');
  for (const { statistic } of prefs?.exports ?? []) add(statistic, 'returned', 'kWh');
  for (const { statistic } of prefs?.solar ?? []) add(statistic, 'solar', 'kWh');
  for (const { discharge, charge } of prefs?.batteries ?? []) {
    add(discharge, 'battery', 'kWh');
    add(charge, 'battery', 'kWh');
  }
  bought(prefs?.gas ?? [], 'gas', 'm³');
  bought(prefs?.water ?? [], 'water', 'm³');
  for (const { statistic, name } of prefs?.devices ?? []) add(statistic, 'device', 'kWh', name);
  if (found.size > 0) return [...found.values()];
  for (const { id, deviceClass, stateClass, name } of infos) {
    if (deviceClass === 'energy' && stateClass?.startsWith('total')) add(id, 'device', 'kWh', name);
  }
  return [...found.values()];
}

/** Pure. Only days that both stretches know are compared as they are; the rest is said in `missing`. */
export function lineOf(
  thing: UseThing,
  rows: readonly HourRow[],
  o: { before: number; from: number; to: number; zone: string },
): Line {
  const hourOf = localHours(o.zone);
  const grown = rows.flatMap(({ start, change }) =>
    change === null || change < 0 ? [] : [{ start, change }],
  );
  const within = (from: number, to: number) =>
    grown.filter(({ start }) => start >= from && start < to);
  const sum = (some: readonly { change: number }[]) =>
    some.reduce((all, one) => all + one.change, 0);
  const night = (some: readonly { start: number; change: number }[]) => {
    const dark = some.filter(({ start }) => {
      const { hour } = hourOf(start);
      return hour >= 1 && hour < 5;
    });
    return dark.length === 0 ? null : round(sum(dark) / dark.length);
  };
  const [earlier, later] = [within(o.before, o.from), within(o.from, o.to)];
  const [now, then] = [sum(later), sum(earlier)];
  const weeks: number[] = [];
  for (let at = o.before; at < o.to; at += 7 * dayMs) {
    weeks.push(round(sum(within(at, Math.min(o.to, at + 7 * dayMs)))));
  }
  return {
    ...thing,
    ...{ now: round(now), before: round(then), change: round(now - then) },
    percent: then > 0 ? Math.round(((now - then) / then) * 100) : null,
    ...{ nightNow: night(later), nightBefore: night(earlier), weeks },
    days: round((earlier.length + later.length) / 24),
  };
}

/** Pure. What the grid gave, and which device has most to do with it. */
export function sentenceOf(lines: readonly Line[], days: number): string {
  const whole = lines.find(({ kind }) => kind === 'grid');
  const device = lines
    .filter(({ kind }) => kind === 'device')
    .find(({ change }) => (whole && whole.change < 0 ? change < 0 : change > 0));
  const cost = lines.find(({ kind }) => kind === 'cost');
  const said = [
    whole && `${against(whole, days)} from the grid.`,
    cost && `It cost ${figure(cost.now)} ${cost.unit}, before ${figure(cost.before)}.`,
    device &&
      `Most of what is known of it: ${device.name}, ${signed(device.change)} ${device.unit}.`,
  ].filter((one) => typeof one === 'string');
  if (said.length > 0) return said.join(' ');
  return lines.length === 0
    ? 'No meter of this home keeps hours, so use cannot be compared.'
    : `No meter of the grid is known; ${lines.length} others are.`;
}

function against({ now, before, change, unit, percent }: Line, days: number): string {
  const said = `In ${days} days ${figure(now)} ${unit}`;
  if (before === 0) return said;
  if (Math.abs(percent ?? 0) < 2) return `${said}, as much as in the ${days} days before,`;
  const word = change > 0 ? 'more' : 'less';
  return `${said}, ${figure(Math.abs(change))} (${Math.abs(percent ?? 0)} %) ${word} than in the ${days} days before,`;
}

const signed = (value: number): string => (value > 0 ? `+${figure(value)}` : figure(value));
