import { iso } from '../../lib/clock.ts';
import { type LocalHour, minuteMs } from '../local-hour.ts';
import { forgetLows } from './lows.ts';
import { paceOf, patienceOf } from './pace.ts';
import { keepHours, keepProgram } from './programs.ts';
import { type Rule, rules, type Suspicion } from './rules.ts';
import {
  dryGapMs,
  dryGapOf,
  learnRest,
  learnUse,
  type Run,
  rateOf,
  restOf,
  slowLpm,
  type Tap,
} from './tap.ts';

/** The finding while it lasts. Plain JSON. */
export interface Episode {
  readonly id: string;
  rule: Rule;
  /** Sensor that the words are about. */
  lead: string;
  entities: string[];
  readonly since: number;
  readonly raisedAt: number;
  /** Litres a minute that people were told of. */
  lpm: number;
  litres: number;
  toldAt: number;
  toldLitres: number;
}

export type Turn = 'raised' | 'updated' | 'worse' | 'cleared';

const clearMs: Record<Rule, number> = {
  pouring: 2 * minuteMs,
  much: dryGapMs,
  unbroken: dryGapMs,
  // Water that comes and goes is over only after an hour without it.
  noDryGap: 60 * minuteMs,
  noRest: 90 * minuteMs,
  hours: 60 * minuteMs,
};
const tellAgainMs = 10 * minuteMs;
const silentMsMax = 2 * 60 * minuteMs;
const worseFactor = 4;
const worseLpmMin = 2;
/** A flush during a slow leak is no worse turn. */
const worseMs = 5 * minuteMs;

export function openEpisode(suspicion: Suspicion, entities: string[], at: number): Episode {
  const { rule, tap, since, litres, lpm } = suspicion;
  return {
    id: `water:${tap}:${iso(since)}`,
    rule,
    lead: tap,
    entities,
    since,
    raisedAt: at,
    lpm,
    litres,
    toldAt: at,
    toldLitres: litres,
  };
}

/** Follows an open episode with what the rules say now; answers what people should hear of it. */
export function turn(
  episode: Episode,
  o: { suspicion: Suspicion | null; taps: readonly Tap[]; at: number },
): Turn | null {
  const { suspicion, taps, at } = o;
  const lead = taps.find((tap) => tap.id === episode.lead)!;
  episode.litres = Math.max(episode.litres, suspicion?.litres ?? 0, litresSince(lead, episode));
  if (isDry(episode, taps, at)) return 'cleared';
  if (suspicion && isMoreUrgent(suspicion.rule, episode.rule)) {
    const pours = suspicion.rule === 'pouring';
    episode.rule = suspicion.rule;
    if (pours) return tell(episode, { lpm: suspicion.lpm, at }, 'worse');
  }
  if (isWorse(episode, lead, at)) return tell(episode, { lpm: lead.lpm, at }, 'worse');
  const grown = episode.litres >= Math.max(1.5 * episode.toldLitres, episode.toldLitres + 5);
  if (grown && at - episode.toldAt >= tellAgainMs) {
    return tell(episode, { lpm: suspicion?.lpm ?? episode.lpm, at }, 'updated');
  }
  return null;
}

/** Water that comes and goes does not become unbroken: a coarse meter shows both alike. */
const isMoreUrgent = (now: Rule, told: Rule): boolean =>
  rules.indexOf(now) < rules.indexOf(told) &&
  !(now === 'unbroken' && (told === 'noDryGap' || told === 'noRest'));

function tell(episode: Episode, now: { lpm: number; at: number }, what: Turn): Turn {
  episode.lpm = now.lpm;
  episode.toldAt = now.at;
  episode.toldLitres = episode.litres;
  return what;
}

const litresSince = (tap: Tap, episode: Episode): number =>
  tap.run && tap.run.since <= episode.since ? tap.run.litres : 0;

function isWorse(episode: Episode, lead: Tap, at: number): boolean {
  const runs = lead.value !== null && lead.run !== null && at - lead.run.wetUntil < minuteMs;
  const fast = runs && lead.lpm >= Math.max(worseLpmMin, worseFactor * episode.lpm);
  if (!fast) {
    lead.fastSince = null;
    return false;
  }
  lead.fastSince ??= at;
  if (at - lead.fastSince < worseMs) return false;
  lead.fastSince = null;
  return true;
}

/**
 * Dry on every sensor of the episode, for long enough. A silent sensor says neither; one that is
 * silent for hours while another is heard does not keep the episode open.
 */
function isDry(episode: Episode, taps: readonly Tap[], at: number): boolean {
  const all = taps.filter((tap) => episode.entities.includes(tap.id));
  const heard = all.filter((tap) => tap.value !== null);
  const silent = all.filter((tap) => tap.value === null);
  if (heard.length === 0) return false;
  if (silent.some((tap) => at - (tap.unknownSince ?? at) < silentMsMax)) return false;
  return heard.every(
    (tap) =>
      (!tap.run || at - tap.run.wetUntil >= clearMs[episode.rule]) &&
      at - (tap.wetAt ?? 0) >= stepsMs(tap, episode.rule),
  );
}

/** Between two steps of a coarse meter, and two readings of a slow one, the water may still run. */
function stepsMs(tap: Tap, rule: Rule): number {
  if (rule === 'noRest') return restOf(tap);
  return rule === 'noDryGap' ? dryGapOf(tap) : patienceOf(paceOf(tap));
}

/** Somebody's use is no trickle: a cistern that ran for hours took much, too. */
const isStrong = ({ litres, since, wetUntil }: Run): boolean =>
  rateOf(litres, since, wetUntil) >= slowLpm[1];

/** Forgets the water of an episode that is over, so that the next is a new one. */
export function forget(
  episode: Episode,
  taps: readonly Tap[],
  local: (t: number) => LocalHour,
): void {
  for (const tap of taps) {
    // Hours of the same water on another sensor are no second episode.
    if (tap.streak && tap.streak.until > episode.since) tap.streak = null;
    if (!episode.entities.includes(tap.id)) continue;
    if (tap.run) keepProgram(tap, local);
    else if (episode.rule === 'hours' && tap.id === episode.lead) {
      const { since, raisedAt: until, litres } = episode;
      keepHours(tap, { since, until, litres }, local);
    }
    // Leaks are long and low: they are no habit, however often they come.
    const used = episode.rule === 'pouring' || episode.rule === 'much';
    if (used && tap.run && isStrong(tap.run)) learnUse(tap, tap.run);
    if (episode.rule === 'noRest') learnRest(tap);
    tap.run = null;
    tap.strong = null;
    tap.gapFree = null;
    tap.restless = null;
    tap.streak = null;
    forgetLows(tap);
    tap.fastSince = null;
  }
}
