/** What a detector would have told in the last days, at each stop of its slider. */
import type { DetectorDefinition } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { AnswerChoice, FindingRow, Preview } from '@tomte/sdk/types-detect';
import { count } from '@tomte/sdk/words';
import { type Hide, isHidden } from '../../anomaly/hide.ts';
import { problems } from '../../api/answers.ts';
import { iso, isoOrNull } from '../../lib/clock.ts';
import { oneByOne } from '../../lib/one-by-one.ts';
import { type AnswerRow, listAnswers } from '../../store/answers.ts';
import { knownOf, nights } from '../charts.ts';
import type { HomeLife } from '../home-life.ts';
import { missingWords } from '../missing-words.ts';
import type { PlaceParts } from '../parts.ts';
import { keptPast, replay, type Story, storiesOf } from './replay.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
export const pastDays = 60;
const stops = [0, 1, 2, 3, 4, 5, 6];
/** Nobody looks at more pictures at once; each further one is a question of its own. */
const chartsMax = 8;
const freshMs = 10 * 60_000;
const keptMax = 40;

export interface Previewed {
  readonly madeAt: number;
  readonly from: number;
  readonly to: number;
  readonly first: number | null;
  readonly hoursFrom: number | null;
  readonly sooner: number | null;
  /** By stop, in their order; one alone where there is no slider. */
  readonly stops: readonly { sooner: number | null; stories: readonly Story[] }[];
}

export interface Previews {
  /** Answers at once where it was asked lately. */
  of(life: HomeLife, name: string, o: { settings?: unknown; days?: number }): Promise<Previewed>;
}

/** One at a time: each reads weeks of a home's past. */
export function openPreviews(parts: Pick<PlaceParts, 'store' | 'clock' | 'detectors'>): Previews {
  const kept = new Map<string, Promise<Previewed>>();
  const inTurn = oneByOne();

  async function make(
    life: HomeLife,
    detector: DetectorDefinition,
    o: { settings: Record<string, unknown>; days: number },
  ): Promise<Previewed> {
    await life.flush();
    const to = parts.clock.now();
    const from = to - o.days * dayMs;
    const entities = life.link.mirror.infos();
    const picks = detector.picks(entities, o.settings);
    const { home, zone } = life;
    const past = await keptPast(parts.store.db, { home, zone, entities, picks, from, to });
    const places = typeof o.settings.sooner === 'number' ? stops : [null];
    const made: Previewed['stops'][number][] = [];
    for (const sooner of places) {
      const settings = sooner === null ? o.settings : { ...o.settings, sooner };
      const { findings } = await replay(detector, past, settings);
      made.push({ sooner, stories: storiesOf(findings) });
    }
    const starts = [...past.hours.values()].flatMap((rows) => rows[0]?.start ?? []);
    return {
      ...{ madeAt: to, from, to, first: past.first, stops: made },
      hoursFrom: starts.length === 0 ? null : Math.max(from, Math.min(...starts)),
      sooner: (o.settings.sooner as number | undefined) ?? null,
    };
  }

  return {
    async of(life, name, { settings, days = pastDays }) {
      const detector = detectorOf(parts, name);
      const whole = settingsToTry(detector, {
        ...life.detectorSettings()[name],
        ...(settings as object),
      });
      const { sooner: _, ...rest } = whole;
      const key = JSON.stringify([life.home, name, days, rest]);
      const known = await kept.get(key);
      if (known && parts.clock.now() - known.madeAt < freshMs) {
        return { ...known, sooner: (whole.sooner as number | undefined) ?? null };
      }
      const making = inTurn(() => make(life, detector, { settings: whole, days }));
      kept.delete(key);
      kept.set(key, making);
      if (kept.size > keptMax) kept.delete(kept.keys().next().value!);
      try {
        return await making;
      } catch (error) {
        kept.delete(key);
        throw error;
      }
    },
  };
}

export function detectorOf(parts: Pick<PlaceParts, 'detectors'>, name: string): DetectorDefinition {
  const detector = parts.detectors.get(name);
  if (!detector) throw new TomteError('detector.not_found', `There is no detector ${name}`);
  return detector;
}

/** Throws detector.settings_invalid. */
export function settingsToTry(
  detector: DetectorDefinition,
  given: unknown,
): Record<string, unknown> {
  const parsed = detector.settings.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new TomteError(
    'detector.settings_invalid',
    `The settings of ${detector.title} do not fit`,
    {
      details: { problems: problems(parsed.error) },
    },
  );
}

const usualAnswers = ['It was right', 'I know why', 'Not worth telling'] as const;
export function answersOf(detector: DetectorDefinition | undefined): AnswerChoice[] {
  const [right, expected, trifle] = detector?.answers ?? usualAnswers;
  return [
    { id: 'right', label: right },
    { id: 'expected', label: expected },
    { id: 'not_worth', label: trifle },
  ];
}

/** A story as it is shown. */
export function storyRow(
  detector: DetectorDefinition,
  story: Story,
  o: { zone: string; answers: readonly AnswerRow[] },
): FindingRow {
  const { episode, raised, told, cleared } = story;
  const hides = o.answers.flatMap(({ hides: hide }) => (hide === null ? [] : [hide as Hide]));
  return {
    episode,
    detector: raised.detector,
    about: detector.about,
    title: told.title,
    text: told.text,
    severity: told.severity,
    since: iso(told.since),
    at: iso(raised.at),
    until: isoOrNull(cleared?.at),
    entities: [...told.entities],
    facts: told.facts,
    hidden: hides.some((hide) => isHidden(told, hide, o.zone)),
    answer: o.answers.find((one) => one.episode === episode)?.answer ?? null,
    answers: answersOf(detector),
  };
}

/** As the wire has it. */
export async function previewPage(
  parts: Pick<PlaceParts, 'store' | 'detectors' | 'clock'>,
  life: HomeLife,
  name: string,
  o: { previewed: Previewed; startedAt: number },
): Promise<Preview> {
  const { previewed } = o;
  const detector = detectorOf(parts, name);
  const answers = await listAnswers(parts.store.db, { home: life.home, detector: name });
  const here = previewed.stops.find(({ sooner }) => sooner === previewed.sooner);
  const rows = new Map<string, { row: FindingRow; story: Story }>();
  const quiet = new Set<Story>();
  // Of what several stops find, the words are those of the place of the slider now.
  for (const { stories } of [...previewed.stops, ...(here ? [here] : [])])
    for (const story of stories) {
      const row = storyRow(detector, story, { zone: life.zone, answers });
      if (row.hidden) quiet.add(story);
      rows.set(story.episode, { row, story });
    }
  const tells = (stories: readonly Story[]) => stories.filter((story) => !quiet.has(story));
  const now = tells(here?.stories ?? []);
  const known = Math.min(previewed.hoursFrom ?? previewed.to, previewed.first ?? previewed.to);
  const days = Math.max(1, Math.round((previewed.to - Math.max(previewed.from, known)) / dayMs));
  const newest = [...rows.values()].sort((a, b) => b.row.at.localeCompare(a.row.at));
  const pictured = new Set(
    newest
      .filter(({ story }) => now.includes(story))
      .slice(0, chartsMax)
      .map(({ story }) => story),
  );
  const findings: Preview['findings'] = [];
  for (const { row, story } of newest)
    findings.push({
      ...row,
      chart: pictured.has(story) ? await storyChart(parts, life, detector, story) : null,
    });
  return {
    ...{ home: life.home, detector: name, title: detector.title },
    from: iso(previewed.from),
    to: iso(previewed.to),
    readingsFrom: isoOrNull(previewed.first),
    sooner: previewed.sooner,
    stops: previewed.stops.map(({ sooner, stories }) => {
      const told = tells(stories);
      return {
        ...{ sooner, told: told.length, sentence: sentenceOf(told.length, days) },
        episodes: told.map(({ episode }) => episode),
        adds: newIn(told, now),
        drops: newIn(now, told),
      };
    }),
    findings,
    missing: missingWords(previewed),
    tookMs: parts.clock.ticks() - o.startedAt,
  };
}

const sentenceOf = (told: number, days: number): string =>
  told === 0
    ? `Would have told you nothing in ${count(days, 'day')}.`
    : `Would have told you ${count(told, 'time')} in ${count(days, 'day')}.`;

/** Episodes of one list that lie within none of the other: the same thing may be found a minute later. */
function newIn(these: readonly Story[], those: readonly Story[]): string[] {
  const end = (story: Story) => story.cleared?.at ?? Number.POSITIVE_INFINITY;
  const same = (a: Story, b: Story) =>
    a.raised.entities[0] === b.raised.entities[0] &&
    a.raised.since <= end(b) &&
    b.raised.since <= end(a);
  return these.filter((a) => !those.some((b) => same(a, b))).map(({ episode }) => episode);
}

/** The picture of one story, from what is kept of its first sensor. */
export async function storyChart(
  parts: Pick<PlaceParts, 'store' | 'clock'>,
  life: HomeLife,
  detector: DetectorDefinition,
  { told, cleared }: Pick<Story, 'told' | 'cleared'>,
): Promise<Preview['findings'][number]['chart']> {
  const entity = told.entities[0];
  if (entity === undefined) return null;
  const now = parts.clock.now();
  const from = told.since - 5 * hourMs;
  const to = Math.min(now, (cleared?.at ?? now) + hourMs);
  const known = await knownOf(parts.store.db, { home: life.home, entity, from, to });
  if (!known) return null;
  return detector.chart(told, {
    ...known,
    ...{ zone: life.zone, from, to },
    now: cleared ? null : now,
    until: cleared?.at ?? null,
    unit: life.link.mirror.info(entity)?.unit ?? null,
    nights: nights(life.link.mirror.config, from, to),
    state: life.detectorState(told.detector),
  });
}
