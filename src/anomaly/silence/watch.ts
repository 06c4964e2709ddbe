import type { DetectorContext, Finding, Watch } from '@tomte/sdk/define';
import type { EntityInfo, Severity } from '@tomte/sdk/home';
import { duration } from '@tomte/sdk/words';
import { z } from 'zod';
import { iso } from '../../lib/clock.ts';
import { type LocalHour, localHours, minuteMs } from '../local-hour.ts';
import { budgetOf, chosenSensors, patienceOf, sooner } from '../sooner.ts';
import { dailyLimits, dropDay, highestOf, limitOf, noteHigh } from '../tail.ts';
import { partOf } from '../watch-parts.ts';
import { hearSilence, newSilence, rareMinutes, type SilencePart, stillMinutes } from './part.ts';
import { silentSensors, stillMinutesMax } from './sensors.ts';
import { type SilenceRule, wordSilence } from './words.ts';

export const silenceSettings = z.strictObject({
  sooner,
  unavailableMinutes: z
    .number()
    .min(2)
    .max(1440)
    .default(60)
    .describe('A sensor may be unavailable this many minutes whatever is usual'),
  stillMinutes: z
    .number()
    .min(10)
    .max(2880)
    .default(150)
    .describe('A sensor that changes all day may stand still this many minutes whatever is usual'),
  sensors: chosenSensors,
});
type SilenceSettings = z.output<typeof silenceSettings>;

interface SilenceEpisode {
  readonly id: string;
  readonly rule: SilenceRule;
  entities: string[];
  readonly since: number;
  readonly raisedAt: number;
}
interface SilenceState {
  readonly version: 1;
  readonly parts: SilencePart[];
  episodes: SilenceEpisode[];
  /** Time that passed while something was heard, ms; and the newest time, epoch ms. */
  heard: number;
  at: number;
}

/** Longer without a word from anybody is the home's silence, not a sensor's. */
const stepMsMax = 10 * minuteMs;
/** Silence is a matter of hours: it is judged so often. */
const judgeMs = 5 * minuteMs;
const none: Finding[] = [];
/** What fell silent within this time fell silent together. */
const togetherMs = 5 * minuteMs;
const joinMs = 30 * minuteMs;
const manyMin = 3;
const flapsMin = 12;
const flapsOverMs = 6 * 60 * minuteMs;
const newUsualMs = 5 * 24 * 60 * minuteMs;

/** Watches for sensors that fall silent: one cause is one finding, however many are behind it. */
export function watchSilence(context: DetectorContext<SilenceSettings>): Watch {
  const { settings, entities, zone } = context;
  const infos = new Map(silentSensors(entities, settings.sensors).map((e) => [e.id, e]));
  const state = readState(context.state, [...infos.keys()]);
  const byId = new Map(state.parts.map((part) => [part.id, part]));
  const local = localHours(zone);
  const judge = makeJudge({ settings, infos, local, state });

  const stills = state.parts.filter((part) => stillMinutesMax(infos.get(part.id)!) > 0);
  const tick = (t: number): Finding[] => {
    if (state.at === 0) state.at = t;
    if (Math.floor(t / minuteMs) <= Math.floor(state.at / minuteMs)) return none;
    // What is heard again is told at once.
    const due =
      state.episodes.length > 0 || Math.floor(t / judgeMs) > Math.floor(state.at / judgeMs);
    state.heard += Math.min(t - state.at, stepMsMax);
    state.at = t;
    if (!due) return none;
    const { day } = local(t);
    for (const part of stills) {
      if (part.value === null || part.outSince !== null || isFrozen(state, part.id, t)) continue;
      noteHigh(part.still, day, stillMinutes(part, state.heard));
    }
    return judgeAll(state, t, { judge, infos, zone });
  };
  return {
    read({ id, v, t }) {
      const found = tick(t);
      const part = byId.get(id);
      if (part)
        hearSilence(part, v, { t, heard: state.heard, frozen: isFrozen(state, id, t), local });
      return found;
    },
    tick,
    save: () => structuredClone(state),
  };
}

/** The smallest thing it tells of one sensor. */
export function smallestOfSilence(
  entity: EntityInfo,
  { settings, state }: Pick<DetectorContext<SilenceSettings>, 'settings' | 'state'>,
): { text: string; days: number } {
  const part = partOf<SilencePart>(state, entity.id);
  const perMonth = budgetOf(settings.sooner);
  const most = (part && limitOf(part.out, { perMonth, scaleMin: 10 })) ?? 0;
  const minutes = Math.ceil(
    Math.max(
      settings.unavailableMinutes * patienceOf(settings.sooner),
      most,
      part ? rareMinutes(part) : 0,
    ),
  );
  const days = Math.max(part?.out.highs.length ?? 0, part?.still.highs.length ?? 0);
  return { text: `unavailable for ${duration(minutes * minuteMs)}`, days };
}

function readState(saved: unknown, ids: readonly string[]): SilenceState {
  const fits =
    typeof saved === 'object' && saved !== null && (saved as { version?: unknown }).version === 1;
  const kept = fits ? structuredClone(saved as SilenceState) : null;
  const known = new Map(kept?.parts.map((part) => [part.id, part]) ?? []);
  const parts = ids.map(
    (id) => known.get(id) ?? { ...newSilence(id), changedHeard: kept?.heard ?? 0 },
  );
  const episodes = (kept?.episodes ?? [])
    .map((one) => ({ ...one, entities: one.entities.filter((id) => ids.includes(id)) }))
    .filter((one) => one.entities.length > 0);
  return { version: 1, parts, episodes, heard: kept?.heard ?? 0, at: kept?.at ?? 0 };
}

const isFrozen = (state: SilenceState, id: string, t: number): boolean =>
  state.episodes.length > 0 &&
  state.episodes.some((one) => one.entities.includes(id) && t - one.raisedAt < newUsualMs);

interface Fault {
  readonly rule: SilenceRule;
  readonly since: number;
}
type Judge = (part: SilencePart, t: number) => Fault | null;

function makeJudge(o: {
  settings: SilenceSettings;
  infos: ReadonlyMap<string, EntityInfo>;
  local: (t: number) => LocalHour;
  state: SilenceState;
}): Judge {
  const { settings, state } = o;
  const limit = dailyLimits();
  const perMonth = budgetOf(settings.sooner);
  const patience = patienceOf(settings.sooner);
  return (part, t) => {
    if (part.value === null) return null;
    if (part.outSince !== null) {
      const minutes = (state.heard - part.outHeard) / minuteMs;
      if (minutes < settings.unavailableMinutes * patience) return null;
      const most = limit(part.out, { perMonth, scaleMin: 10 }) ?? 0;
      const due = minutes >= Math.max(most, rareMinutes(part));
      return due ? { rule: 'out', since: part.outSince } : null;
    }
    const last = part.drops.at(-1);
    if (last !== undefined && part.drops.length >= flapsMin && t - last < flapsOverMs) {
      const most = limit(part.flaps, { perMonth, scaleMin: 2 }) ?? flapsMin;
      if (part.drops.length >= Math.max(flapsMin, most))
        return { rule: 'flaps', since: part.drops[0]! };
    }
    if (stillMinutes(part, state.heard) < settings.stillMinutes * patience) return null;
    const most = stillMinutesMax(o.infos.get(part.id)!);
    if (most === 0) return null;
    const highest = highestOf(part.still);
    const room = limit(part.still, { perMonth, scaleMin: 20 });
    if (highest === null || room === null || highest > most) return null;
    const least = Math.max(settings.stillMinutes * patience, room, 2.5 * highest);
    return stillMinutes(part, state.heard) >= least
      ? { rule: 'still', since: part.changedAt }
      : null;
  };
}

interface Judging {
  readonly judge: Judge;
  readonly infos: ReadonlyMap<string, EntityInfo>;
  readonly zone: string;
}

function judgeAll(state: SilenceState, t: number, o: Judging): Finding[] {
  const found: Finding[] = [];
  for (const episode of [...state.episodes]) {
    if (!isOver(episode, state, t)) continue;
    found.push(finding('cleared', episode, { ...o, state, t }));
    state.episodes = state.episodes.filter((one) => one !== episode);
  }
  for (const part of state.parts) {
    const fault = o.judge(part, t);
    if (!fault || state.episodes.some((one) => one.entities.includes(part.id))) continue;
    const open = state.episodes.find((one) => goesWith(one, part, fault, o.infos));
    if (open) {
      open.entities.push(part.id);
      forget(part);
      if (open.entities.length === manyMin)
        found.push(finding('updated', open, { ...o, state, t }));
      continue;
    }
    const episode = begin(state, part, { fault, t, infos: o.infos });
    state.episodes.push(episode);
    found.push(finding('raised', episode, { ...o, state, t }));
  }
  return found;
}

/** One root cause: what is silent through the same integration, or everything at once, since the same minutes. */
function goesWith(
  episode: SilenceEpisode,
  part: SilencePart,
  fault: Fault,
  infos: ReadonlyMap<string, EntityInfo>,
): boolean {
  if (episode.rule !== fault.rule || fault.rule === 'flaps') return false;
  if (Math.abs(fault.since - episode.since) > (fault.rule === 'out' ? togetherMs : joinMs))
    return false;
  return (
    samePath(infos.get(part.id)!, infos.get(episode.entities[0]!)!) ||
    episode.entities.length >= manyMin
  );
}
const samePath = (a: EntityInfo, b: EntityInfo): boolean =>
  a.platform === b.platform || (a.device !== null && a.device === b.device);

function begin(
  state: SilenceState,
  part: SilencePart,
  o: { fault: Fault; t: number; infos: ReadonlyMap<string, EntityInfo> },
): SilenceEpisode {
  const { rule, since } = o.fault;
  const peers =
    rule === 'out'
      ? state.parts.filter(
          (one) => one.outSince !== null && Math.abs(one.outSince - since) <= togetherMs,
        )
      : [part];
  const near = peers.filter((one) => samePath(o.infos.get(one.id)!, o.infos.get(part.id)!));
  const free = (one: SilencePart) => !state.episodes.some((e) => e.entities.includes(one.id));
  const together = (peers.length > 2 * near.length ? peers : near).filter(free);
  const entities = [part.id, ...together.map((one) => one.id).filter((id) => id !== part.id)];
  for (const one of [part, ...together]) forget(one);
  return { id: `silence:${part.id}:${iso(since)}`, rule, entities, since, raisedAt: o.t };
}

/** What led to an episode is no habit. */
function forget(part: SilencePart): void {
  for (const tail of [part.still, part.out, part.flaps]) dropDay(tail);
}

/** Back is back: nearly all of them are heard again. */
function isOver(episode: SilenceEpisode, state: SilenceState, t: number): boolean {
  const parts = state.parts.filter((part) => episode.entities.includes(part.id));
  if (episode.rule === 'flaps')
    return parts.every((part) => t - (part.drops.at(-1) ?? 0) >= flapsOverMs);
  const back = parts.filter((part) => part.outSince === null && part.changedAt > episode.since);
  return back.length >= 0.8 * parts.length;
}

function finding(
  kind: Finding['kind'],
  episode: SilenceEpisode,
  o: Judging & { state: SilenceState; t: number },
): Finding {
  const members = episode.entities.map((id) => o.infos.get(id)!);
  const lead = o.state.parts.find((part) => part.id === episode.entities[0])!;
  const heardNow = o.state.parts.filter(
    (part) => part.outSince === null && o.t - part.changedAt < 60 * minuteMs,
  );
  const worded = wordSilence(kind === 'cleared', {
    rule: episode.rule,
    members,
    since: episode.since,
    now: o.t,
    zone: o.zone,
    value: lead.value,
    usualMinutes: episode.rule === 'still' ? highestOf(lead.still) : null,
    drops: lead.drops.length,
    othersHeard: heardNow.filter((part) => !episode.entities.includes(part.id)).length,
  });
  const severity: Severity = episode.rule === 'flaps' ? 'digest' : 'today';
  return {
    kind,
    episode: episode.id,
    detector: 'silence',
    rule: episode.rule,
    size: (o.t - episode.since) / minuteMs,
    entities: [...episode.entities],
    at: o.t,
    since: episode.since,
    severity,
    probability: 0.8,
    ...worded,
  };
}
