import type { DetectorContext, Watch } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { amount, clockTime, count, duration, figure, moment } from '@tomte/sdk/words';
import { z } from 'zod';
import { aroundSensors } from '../around.ts';
import { fit, nameOf, round, titled, type Worded } from '../fit.ts';
import { localHours, minuteMs } from '../local-hour.ts';
import { budgetOf, chosenSensors, sooner } from '../sooner.ts';
import { dailyLimits, dropDay, limitOf, newTail, noteHigh, type Tail } from '../tail.ts';
import { numberOf } from '../units.ts';
import { partOf, watchParts } from '../watch-parts.ts';
import { newScorer, type Scorer, scoreValue } from './score.ts';

export const generalSettings = z.strictObject({ sooner, sensors: chosenSensors });
type GeneralSettings = z.output<typeof generalSettings>;

/** Label that a person gives in Home Assistant to what this detector is to watch. */
const label = 'tomte';

/** Numbers a person picked: by name here, or by the label in Home Assistant. */
export const pickedNumbers = (
  entities: readonly EntityInfo[],
  chosen: readonly string[] = [],
): EntityInfo[] =>
  entities.filter(
    (e) =>
      ['sensor', 'number', 'input_number', 'counter'].includes(e.domain) &&
      (chosen.includes(e.id) || e.labels.some((one) => one.toLowerCase() === label)),
  );

/** One number; epoch ms. Plain JSON. */
interface GeneralPart {
  readonly id: string;
  at: number;
  value: number | null;
  readonly scorer: Scorer;
  score: number;
  oddUntil: number;
  readonly scores: Tail;
}
const newPart = (id: string): GeneralPart => ({
  id,
  at: 0,
  value: null,
  scorer: newScorer(),
  score: 0,
  oddUntil: 0,
  scores: newTail(),
});

const scoreMin = 3;
const overMs = 60 * minuteMs;
/** A value that holds is one value, however often it is said. */
const holdMs = 5 * minuteMs;

/** Watches any number: far from its level, its hour, its usual steps, or suddenly wild or calm. */
export function watchGeneral(context: DetectorContext<GeneralSettings>): Watch {
  const { settings, entities, zone } = context;
  const infos = new Map(pickedNumbers(entities, settings.sensors).map((e) => [e.id, e]));
  const local = localHours(zone);
  const limit = dailyLimits();
  const perMonth = budgetOf(settings.sooner);
  // Of the part whose clock was moved last: it is heard and judged before another's is.
  let frozen = false;
  const take = (part: GeneralPart): void => {
    if (part.value === null) return;
    const { hour, day } = local(part.at);
    part.score = scoreValue(part.scorer, part.value, hour);
    if (!frozen) noteHigh(part.scores, day, part.score);
  };
  return watchParts<GeneralPart>({
    ids: [...infos.keys()],
    around: aroundSensors([]),
    everyMinutes: holdMs / minuteMs,
    state: context.state,
    fresh: newPart,
    rules: () => ({
      detector: 'general',
      pass(part, to, isFrozen) {
        frozen = isFrozen;
        const steps = Math.floor(to / holdMs) > Math.floor(part.at / holdMs);
        part.at = to;
        if (steps) take(part);
      },
      hear(part, { v }) {
        part.value = numberOf(v);
        take(part);
      },
      suspect(part, at) {
        if (part.value === null || part.score < scoreMin) return null;
        const least = limit(part.scores, { perMonth, scaleMin: 0.5 });
        if (least === null || part.score < least) return null;
        part.oddUntil = at;
        return { rule: 'odd', since: at, size: part.score, severity: 'digest' };
      },
      isOver: (part, { at }) => at - part.oddUntil >= overMs,
      begin: (part) => dropDay(part.scores),
      tell(part, { kind, episode, at }) {
        const told = {
          entity: infos.get(part.id)!,
          part,
          since: episode.since,
          now: at,
          zone,
          hour: local(at).hour,
        };
        return { ...(kind === 'cleared' ? wordOver(told) : word(told)), probability: 0.5 };
      },
    }),
  });
}

/** The smallest thing it tells of one number. */
export function smallestOfNumber(
  entity: EntityInfo,
  { settings, state }: Pick<DetectorContext<GeneralSettings>, 'settings' | 'state'>,
): { text: string; days: number } {
  const part = partOf<GeneralPart>(state, entity.id);
  if (!part || part.scorer.level.n === 0) return { text: 'not known yet', days: 0 };
  const perMonth = budgetOf(settings.sooner);
  const score = Math.max(
    scoreMin,
    limitOf(part.scores, { perMonth, scaleMin: 0.5 }) ?? 2 * scoreMin,
  );
  const away = amount(score * Math.sqrt(part.scorer.level.variance), entity.unit);
  return { text: `${away} from its level`, days: part.scores.highs.length };
}

interface Told {
  readonly entity: EntityInfo;
  readonly part: GeneralPart;
  readonly since: number;
  readonly now: number;
  readonly zone: string;
  readonly hour: number;
}

function word({ entity, part, since, now, zone, hour }: Told): Worded {
  const { scorer } = part;
  const shown = amount(part.value ?? 0, entity.unit);
  const level = scorer.seen[hour]! > 0 ? scorer.hours[hour]! : scorer.level.mean;
  const usual = amount(level, entity.unit);
  const days = count(part.scores.highs.length, 'day');
  const from = moment(since, now, zone);
  const title = titled(nameOf(entity), ` is unusual: ${shown}`);
  const text = fit(title, [
    `${shown} at ${clockTime(now, zone)}; about ${usual} is usual at this hour.`,
    `It usually keeps within ${figure(2 * Math.sqrt(scorer.level.variance))} of its level.`,
  ]);
  return {
    title,
    text,
    lines: [`Learned from ${days}`],
    facts: {
      is: shown,
      usually: `about ${usual} at this hour`,
      since: `${from}, ${duration(now - since)}`,
      around: [],
      probably: null,
      check: null,
      numbers: {
        value: round(part.value ?? 0),
        usual: round(level),
        width: round(2 * Math.sqrt(scorer.level.variance)),
        score: round(part.score),
        days: part.scores.highs.length,
      },
    },
  };
}

function wordOver(told: Told): Worded {
  const title = titled(`Over: ${nameOf(told.entity)}`, ' is as usual');
  const { facts } = word(told);
  return {
    title,
    text: `It was unusual for ${duration(told.now - told.since)}.`,
    lines: [],
    facts,
  };
}
