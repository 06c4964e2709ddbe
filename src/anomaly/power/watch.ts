import type { DetectorContext, Watch } from '@tomte/sdk/define';
import { aroundSensors, awaySince } from '../around.ts';
import { nameOf } from '../fit.ts';
import { hourMs, localHours } from '../local-hour.ts';
import { highestOf, middleOf } from '../tail.ts';
import { numberOf } from '../units.ts';
import { watchParts } from '../watch-parts.ts';
import {
  forgetPower,
  hearPower,
  newPower,
  type PowerPart,
  passPower,
  roomNow,
  startsNow,
  usualBase,
} from './part.ts';
import { suspectPower } from './rules.ts';
import { powerSensors } from './sensors.ts';
import type { PowerSettings } from './settings.ts';
import { type ToldPower, wordPower, wordPowerOver } from './words.ts';

const cyclesOverMs = 2 * hourMs;

/** Watches the power of the house and of its things. */
export function watchPower(context: DetectorContext<PowerSettings>): Watch {
  const { settings, entities, zone } = context;
  const sensors = new Map(powerSensors(entities, settings.sensors).map((s) => [s.entity.id, s]));
  const local = localHours(zone);
  const sensorOf = (part: PowerPart) => sensors.get(part.id)!;
  const isHouse = (part: PowerPart) => sensorOf(part).kind === 'house';
  const suspect = suspectPower({ sensor: sensorOf, settings });
  const apart = [...sensors.values()]
    .filter(({ kind }) => kind !== 'house')
    .map(({ entity }) => nameOf(entity))
    .slice(0, 3);

  return watchParts<PowerPart>({
    ids: [...sensors.keys()],
    around: aroundSensors(
      entities.filter((e) => e.domain === 'person' || e.domain === 'device_tracker'),
    ),
    state: context.state,
    fresh: newPower,
    rules: (parts) => ({
      detector: 'power',
      pass: (part, to, frozen) =>
        passPower(part, to, frozen, { local, isHouse, rest: () => restOf(part, parts) }),
      hear(part, { v, t }) {
        const value = numberOf(v);
        const known = value === null ? null : value * sensorOf(part).factor;
        hearPower(part, known, false, local(t).day);
      },
      suspect,
      isOver: (part, { episode, at }) => isOver(part, episode.rule, at),
      begin: forgetPower,
      tell(part, { kind, episode, at, around }) {
        const told = toldOf(part, {
          rule: episode.rule,
          since: episode.since,
          at,
          zone,
          name: nameOf(sensorOf(part).entity),
          away: awaySince(around.people),
          apart: isHouse(part) ? apart : [],
        });
        const worded = kind === 'cleared' ? wordPowerOver(told) : wordPower(told);
        return { ...worded, probability: 0.75 };
      },
    }),
  });
}

/** Watts of the house that no other sensor explains: a heat pump that is measured is no riddle. */
function restOf(house: PowerPart, parts: readonly PowerPart[]): number {
  let rest = house.value!;
  for (const part of parts) {
    if (part === house || part.value === null) continue;
    const drawn = Math.max(0, Math.min(part.held, part.value));
    if (drawn <= rest) rest -= drawn;
  }
  return rest;
}

function isOver(part: PowerPart, rule: string, at: number): boolean {
  if (part.value === null) return false;
  if (rule === 'on') return part.on === null;
  if (rule === 'cycles') {
    const last = part.starts.at(-1) ?? 0;
    return at - last > cyclesOverMs || startsNow(part) <= (middleOf(part.cycles) ?? 0);
  }
  const newest = part.steps.at(-1) ?? Number.POSITIVE_INFINITY;
  if (rule === 'steady') return (part.above.at(-1) ?? 0) < 20;
  if (rule === 'base') {
    const usual = usualBase(part);
    return usual !== null && newest < usual + 30;
  }
  return newest < (roomNow(part) ?? 0) + 200;
}

function toldOf(
  part: PowerPart,
  o: {
    rule: string;
    since: number;
    at: number;
    zone: string;
    name: string;
    away: number | null;
    apart: readonly string[];
  },
): ToldPower {
  const { rule } = o;
  const levels: Record<string, number | null> = {
    base: part.baseNow,
    unbroken: part.unbrokenNow,
    steady: (roomNow(part) ?? 0) + (part.above.length > 0 ? Math.min(...part.above) : 0),
  };
  const level = levels[rule] ?? null;
  const usual = rule === 'base' ? usualBase(part) : level === null ? null : roomNow(part);
  const on = part.on ? part.on.wattMs / Math.max(1, part.on.until - part.on.since) : null;
  const watts = level ?? on ?? part.value ?? 0;
  return {
    rule,
    name: o.name,
    since: o.since,
    now: o.at,
    zone: o.zone,
    watts,
    over: Math.max(0, watts - (usual ?? 0)),
    usual,
    starts: startsNow(part),
    usualStarts: middleOf(part.cycles),
    longestMinutes: highestOf(part.minutes),
    awaySince: o.away,
    apart: o.apart,
    days: Math.max(part.base.highs.length, part.minutes.highs.length, part.cycles.highs.length),
  };
}
