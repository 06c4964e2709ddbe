import type { DetectorContext, Finding, Watch } from '@tomte/sdk/define';
import type { Reading, Severity } from '@tomte/sdk/home';
import type { Worded } from '../fit.ts';
import { hourMs, type LocalHour, localHours, minuteMs } from '../local-hour.ts';
import { hearPerson, keepOnly, peopleSentence } from '../people.ts';
import { peopleSensors } from '../people-sensors.ts';
import { shownFor } from '../units.ts';
import { advance, hearFlow, jumpMsMax, type Surroundings } from './advance.ts';
import { type Episode, forget, openEpisode, turn } from './episode.ts';
import { hearMachine, machineSensors, machineWords } from './machines.ts';
import { hearMeter } from './meter.ts';
import { rules, type Suspicion, suspect } from './rules.ts';
import { type WaterSensor, waterSensors } from './sensors.ts';
import { limitsOf, type WaterSettings } from './settings.ts';
import { readState, type WaterState } from './state.ts';
import { dryGapOf, restOf, type Tap } from './tap.ts';
import { baselineFor, hourlyUsual, isLearned, slowUsualMinutes } from './usual.ts';
import { heardWords, type Told, wordOver, wordWater } from './words.ts';

/** Watches the water of one home. All that it knows is in `state`, plain JSON. */
export function watchWater(context: DetectorContext<WaterSettings>): Watch {
  const { settings, entities, zone } = context;
  const sensors = new Map(waterSensors(entities, settings.sensors).map((s) => [s.id, s]));
  const { motion, who } = peopleSensors(entities);
  const machines = machineSensors(entities);
  const units = new Map(entities.map((e) => [e.id, e.unit]));
  const motionIds = new Set(motion);
  const whoIds = new Set(who);
  const state = readState(context.state, [...sensors.keys()]);
  keepOnly(state.people.motion, motionIds);
  keepOnly(state.people.who, whoIds);
  keepOnly(state.machines, machines);
  const limits = limitsOf(settings);
  const local = localHours(zone);

  const usual = new Map(
    state.taps.map((tap) => [
      tap.id,
      hourlyUsual({ tap, baseline: () => baselineFor(tap, state.taps), limits, local }),
    ]),
  );
  // One for each tap, brought up to date when asked for: readings come by the thousand.
  const known = new Map(
    state.taps.map((tap) => [
      tap.id,
      {
        ...{ sensor: sensors.get(tap.id)!, limits, local, ...usual.get(tap.id)! },
        ...{ baseline: tap.baseline, episodeSince: null as number | null },
      },
    ]),
  );
  const around = (tap: Tap): Surroundings => {
    const one = known.get(tap.id)!;
    const { episode } = state;
    one.baseline = baselineFor(tap, state.taps);
    one.episodeSince = episode?.entities.includes(tap.id) ? episode.since : null;
    return one;
  };
  const move = (t: number): void => {
    // Hour by hour for all of them: what one learns from an hour is known to the others in the next.
    let first = t;
    for (const { at } of state.taps) if (at !== 0 && at < first) first = at;
    for (let until = first; until < t; ) {
      until = Math.max(Math.min(t, (Math.floor(until / hourMs) + 1) * hourMs), t - jumpMsMax);
      for (const tap of state.taps) if (until > tap.at) advance(tap, until, around(tap));
    }
    for (const tap of state.taps) if (tap.at === 0) advance(tap, t, around(tap));
  };
  const hear = (reading: Reading): void => {
    const tap = state.taps.find((one) => one.id === reading.id);
    if (tap && sensors.get(tap.id)!.kind === 'flow') hearFlow(tap, reading.v);
    else if (tap) hearMeter(tap, reading.v, around(tap));
    else if (motionIds.has(reading.id)) hearPerson(state.people.motion, reading);
    else if (whoIds.has(reading.id)) hearPerson(state.people.who, reading);
    else if (machines.has(reading.id))
      hearMachine(state.machines, reading, units.get(reading.id) ?? null);
  };
  const judge = (at: number): Finding[] =>
    judgeWater(state, { at, zone, sensors, machines, local, around });

  /** Once a minute: others speak by the thousand, and water is judged in minutes. */
  const tick = (t: number): Finding[] => {
    const minute = Math.floor(t / minuteMs);
    if (minute === state.minute) return [];
    state.minute = minute;
    move(t);
    return judge(t);
  };
  return {
    read(reading) {
      if (!sensors.has(reading.id)) {
        const found = tick(reading.t);
        hear(reading);
        return found;
      }
      move(reading.t);
      hear(reading);
      return judge(reading.t);
    },
    tick,
    save: () => structuredClone(state),
  };
}

interface Judging {
  readonly at: number;
  readonly zone: string;
  readonly sensors: ReadonlyMap<string, WaterSensor>;
  readonly machines: ReturnType<typeof machineSensors>;
  readonly local: (t: number) => LocalHour;
  around(tap: Tap): Surroundings;
}

function judgeWater(state: WaterState, o: Judging): Finding[] {
  const suspicion = mostUrgent(state, o);
  if (!state.episode) {
    if (!suspicion) return [];
    state.episode = openEpisode(suspicion, atFault(state, suspicion, o.at), o.at);
    return [finding('raised', state.episode, state, o)];
  }
  const { episode } = state;
  const what = turn(episode, { suspicion, taps: state.taps, at: o.at });
  if (what === null) return [];
  if (what === 'cleared') {
    const over = finding('cleared', episode, state, o);
    forget(episode, state.taps, o.local);
    state.episode = null;
    return [over];
  }
  episode.entities = [...new Set([...episode.entities, ...wetNow(state, o.at)])];
  const told = finding('updated', episode, state, o);
  return [what === 'worse' ? { ...told, worse: true } : told];
}

/** A flow sensor knows more of the same water than a meter: while it runs, it speaks for both. */
function mostUrgent(state: WaterState, o: Judging): Suspicion | null {
  let best: Suspicion | null = null;
  const isFlow = (tap: Tap) => o.sensors.get(tap.id)!.kind === 'flow';
  const flows = state.taps.some((tap) => isFlow(tap) && tap.run !== null && tap.value !== null);
  for (const tap of state.taps) {
    if (flows && !isFlow(tap)) continue;
    const one = suspect(tap, o.around(tap));
    if (one && (best === null || rank(one, o.sensors) < rank(best, o.sensors))) best = one;
  }
  return best;
}
const rank = (one: Suspicion, sensors: ReadonlyMap<string, WaterSensor>): number =>
  rules.indexOf(one.rule) * 2 + (sensors.get(one.tap)!.kind === 'flow' ? 0 : 1);

const wetNow = (state: WaterState, at: number): string[] =>
  state.taps.filter((tap) => tap.run && at - tap.run.wetUntil < 10 * minuteMs).map((tap) => tap.id);

const atFault = (state: WaterState, suspicion: Suspicion, at: number): string[] => [
  ...new Set([suspicion.tap, ...wetNow(state, at)]),
];

function finding(kind: Finding['kind'], episode: Episode, state: WaterState, o: Judging): Finding {
  const lead = state.taps.find((tap) => tap.id === episode.lead)!;
  const told = toldOf(episode, lead, state, o);
  const worded: Worded = kind === 'cleared' ? wordOver(told) : wordWater(told);
  return {
    kind,
    episode: episode.id,
    detector: 'water',
    rule: episode.rule,
    size: episode.litres,
    entities: [...episode.entities],
    at: o.at,
    since: episode.since,
    severity: severityOf(episode, told),
    probability:
      episode.rule === 'pouring' || episode.rule === 'much'
        ? 0.9
        : isLearned(told.baseline)
          ? 0.8
          : 0.6,
    ...worded,
  };
}

function toldOf(episode: Episode, lead: Tap, state: WaterState, o: Judging): Told {
  const { baseline, local, sensor } = o.around(lead);
  const newest = lead.run?.wetUntil ?? lead.streak?.until ?? o.at;
  const until = episode.rule === 'hours' && lead.streak ? lead.streak.until : newest;
  return {
    rule: episode.rule,
    since: episode.since,
    until: Math.max(until, episode.since),
    now: o.at,
    lpm: episode.lpm,
    litres: episode.litres,
    zone: o.zone,
    shown: shownFor(sensor.unit),
    baseline,
    at: local(Math.max(episode.since, until - 1)),
    people: peopleSentence(state.people, o.at, o.zone),
    notTheCause: [
      ...machineWords(state.machines, { sensors: o.machines, now: o.at, zone: o.zone }),
      ...heardWords(lead, { since: episode.since, now: o.at, zone: o.zone }),
    ],
    dryMs: episode.rule === 'noRest' ? restOf(lead) : dryGapOf(lead),
    slowMinutes: episode.rule === 'unbroken' ? slowUsualMinutes(lead) : null,
  };
}

/** One level lower in the first week, except for pouring, which is physics and not habit. */
function severityOf(episode: Episode, told: Told): Severity {
  if (episode.rule === 'pouring' || episode.rule === 'much') return 'now';
  const runs = told.now - told.until < 15 * minuteMs;
  return runs && isLearned(told.baseline) ? 'now' : 'today';
}
