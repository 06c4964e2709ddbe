import type { DetectorContext, Watch } from '@tomte/sdk/define';
import { aroundSensors } from '../around.ts';
import { nameOf } from '../fit.ts';
import { localHours, minuteMs } from '../local-hour.ts';
import { highestOf } from '../tail.ts';
import { celsiusOf, numberOf } from '../units.ts';
import { watchParts } from '../watch-parts.ts';
import { type ColdPart, coldUsual, forgetDay, newCold, passCold } from './part.ts';
import { type ColdJudge, suspectCold } from './rules.ts';
import { type ColdKind, type ColdSensor, coldSensors } from './sensors.ts';
import type { ColdSettings } from './settings.ts';
import { type ToldCold, wordCold, wordColdOver } from './words.ts';

/** Colder than this it is a freezer, whatever its name says, °C. */
const freezerBelow = -6;
const overMs = 10 * minuteMs;

/** Watches the fridges and freezers of one home. */
export function watchCold(context: DetectorContext<ColdSettings>): Watch {
  const { settings, entities, zone } = context;
  const sensors = new Map(coldSensors(entities, settings.sensors).map((s) => [s.entity.id, s]));
  const local = localHours(zone);
  const usual = coldUsual();
  const kind = (part: ColdPart): ColdKind => {
    const known = usual(part);
    if (known) return known.middle < freezerBelow ? 'freezer' : 'fridge';
    return sensors.get(part.id)!.kind;
  };
  const judge: ColdJudge = { kind, usual, settings };
  const suspect = suspectCold(judge);
  const plugs = [...sensors.values()].flatMap((s) => (s.plug ? [s.plug] : []));

  return watchParts<ColdPart>({
    ids: [...sensors.keys()],
    around: aroundSensors([], plugs),
    everyMinutes: 5,
    state: context.state,
    fresh: newCold,
    rules: () => ({
      detector: 'cold',
      pass: (part, to, frozen) => passCold(part, to, frozen, { usual, local }),
      hear(part, { v }) {
        const value = numberOf(v);
        const { unit } = sensors.get(part.id)!.entity;
        part.value = value === null ? null : celsiusOf(value, unit);
      },
      suspect,
      isOver: (part, { episode, at }) =>
        part.value !== null && part.above === null && at - episode.since >= overMs,
      begin: forgetDay,
      tell(part, { kind: what, episode, at, around }) {
        const sensor = sensors.get(part.id)!;
        const told: ToldCold = {
          kind: kind(part),
          name: nameAmong(sensor, sensors, kind(part)),
          unit: sensor.entity.unit,
          value: part.value ?? part.smooth ?? 0,
          smooth: part.smooth ?? 0,
          from: part.above?.from ?? null,
          usual: usual(part),
          longestMinutes: highestOf(part.minutes),
          days: Math.max(1, Math.round(part.means.length / 24)),
          since: episode.since,
          now: at,
          zone,
          plug: plugNow(around.numbers[sensor.plug?.id ?? '']),
        };
        const worded = what === 'cleared' ? wordColdOver(told) : wordCold(told);
        return { ...worded, probability: episode.rule === 'long' ? 0.75 : 0.9 };
      },
    }),
  });
}

const plugNow = (known: { v: number; since: number } | undefined): ToldCold['plug'] =>
  known ? { watts: known.v, since: known.since } : null;

function nameAmong(
  sensor: ColdSensor,
  sensors: ReadonlyMap<string, ColdSensor>,
  kind: ColdKind,
): string {
  const alone = [...sensors.values()].filter((s) => s.kind === sensor.kind).length === 1;
  return alone ? `The ${kind}` : nameOf(sensor.entity);
}
