/** What a person answered to *Was this right?*, and what follows from it in the same second. */
import type { Finding } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { AnswerId, GivenAnswer } from '@tomte/sdk/types-detect';
import { count } from '@tomte/sdk/words';
import { type Hide, hideFor, hideWords, isHidden } from '../../anomaly/hide.ts';
import { type AnswerRow, keepAnswer, listAnswers, undoAnswer } from '../../store/answers.ts';
import { getEpisode, listEpisodes, tellEpisode } from '../../store/episodes.ts';
import type { HomeLife } from '../home-life.ts';
import type { PlaceParts } from '../parts.ts';
import { answersOf, detectorOf, type Previews, pastDays } from './preview.ts';

const dayMs = 86_400_000;

type Parts = Pick<
  PlaceParts,
  'store' | 'clock' | 'detectors' | 'engine' | 'place' | 'random' | 'publish'
>;

export interface Answers {
  give(
    life: HomeLife,
    o: { episode: string; answer: AnswerId; by: string | null },
  ): Promise<GivenAnswer>;
  list(life: HomeLife, detector?: string): Promise<GivenAnswer[]>;
  undo(life: HomeLife, id: string): Promise<GivenAnswer>;
}

export function openAnswers(
  parts: Parts,
  previews: Previews,
  /** The person has seen an open alert of this episode: it is answered. */
  seen: (home: string, episode: string, by: string | null) => Promise<void>,
): Answers {
  const { db } = parts.store;

  /** What was found in the last days, live and as the past shows it; each once. */
  async function lately(life: HomeLife, detector: string): Promise<Finding[]> {
    const since = parts.clock.now() - pastDays * dayMs;
    const found = new Map<string, Finding>();
    const { stops, sooner } = await previews.of(life, detector, {});
    for (const { episode, told } of stops.find((stop) => stop.sooner === sooner)?.stories ?? [])
      found.set(episode, told);
    for (const row of await listEpisodes(db, { home: life.home, detector, since, limit: 500 }))
      found.set(row.id, row.finding as Finding);
    return [...found.values()];
  }

  async function findingOf(life: HomeLife, episode: string): Promise<Finding> {
    const row = await getEpisode(db, { home: life.home, id: episode });
    if (row) return row.finding as Finding;
    const detector = [...parts.detectors.keys()].find((name) => episode.startsWith(`${name}:`));
    if (detector !== undefined) {
      const { stops } = await previews.of(life, detector, {});
      for (const { stories } of stops) {
        const story = stories.find((one) => one.episode === episode);
        if (story) return story.told;
      }
    }
    throw new TomteError('detector.finding_not_found', 'There is no such finding in this home');
  }

  async function shown(life: HomeLife, row: AnswerRow): Promise<GivenAnswer> {
    const detector = parts.detectors.get(row.detector);
    const hide = row.hides as Hide | null;
    const all = detector ? await lately(life, row.detector) : [];
    const others = (await listAnswers(db, { home: life.home, detector: row.detector })).flatMap(
      (one) => (one.hides === null ? [] : [one.hides as Hide]),
    );
    const isIt = (finding: Finding, hides: readonly Hide[]) =>
      hides.some((one) => isHidden(finding, one, life.zone));
    const hidden = hide === null ? 0 : all.filter((finding) => isIt(finding, [hide])).length;
    const kept = all.filter((finding) => !isIt(finding, others)).length;
    const counted = { hidden, kept, undone: row.undone_at !== null };
    return {
      ...{ id: row.id, home: row.home_id, detector: row.detector, episode: row.episode },
      ...{ title: row.title, answer: row.answer, by: row.given_by, at: row.given_at.toISOString() },
      label: answersOf(detector).find(({ id }) => id === row.answer)!.label,
      hides: hide === null ? null : hideWords(hide),
      ...counted,
      sentence: sentenceOf({ ...counted, hides: hide !== null, always: detector?.alwaysTold }),
    };
  }

  return {
    async give(life, { episode, answer, by }) {
      const finding = await findingOf(life, episode);
      const detector = detectorOf(parts, finding.detector);
      const now = new Date(parts.clock.now());
      const row = await parts.store.transaction((tx) =>
        keepAnswer(tx, {
          id: answerIdOf(parts),
          ...{ home_id: life.home, detector: finding.detector, episode, title: finding.title },
          ...{ answer, given_by: by, given_at: now, undone_at: null },
          hides: detector.alwaysTold ? null : hideFor(finding, answer, life.zone),
        }),
      );
      await seen(life.home, episode, by);
      return shown(life, row);
    },
    list: async (life, detector) =>
      Promise.all(
        (await listAnswers(db, { home: life.home, detector })).map((row) => shown(life, row)),
      ),
    async undo(life, id) {
      const at = new Date(parts.clock.now());
      const row = await undoAnswer(db, { home: life.home, id, at });
      if (!row) throw new TomteError('detector.answer_not_found', `There is no answer ${id}`);
      await tellAgain(parts, life, row.detector);
      return shown(life, row);
    },
  };
}

const answerIdOf = (parts: Parts): string =>
  `a${Math.floor(parts.random() * 36 ** 8).toString(36)}${parts.clock.now().toString(36)}`;

/** What lasts, and was not told only because of an answer that is taken back. */
async function tellAgain(parts: Parts, life: HomeLife, detector: string): Promise<void> {
  const { db } = parts.store;
  const { home } = life;
  const hides = (await listAnswers(db, { home, detector })).flatMap(({ hides }) =>
    hides === null ? [] : [hides as Hide],
  );
  for (const { id, hidden, about, finding } of await listEpisodes(db, {
    ...{ home, detector },
    state: 'open',
  })) {
    const one = finding as Finding;
    if (!hidden || hides.some((hide) => isHidden(one, hide, life.zone))) continue;
    await tellEpisode(db, id);
    const told = { ...one, kind: 'raised', at: parts.clock.now() } as const;
    await parts.engine.fire(parts.place, home, { kind: 'anomaly', about, finding: told });
  }
}

function sentenceOf(o: {
  hidden: number;
  kept: number;
  undone: boolean;
  hides: boolean;
  always: boolean | undefined;
}): string {
  const days = count(pastDays, 'day');
  if (o.undone) return `Taken back: told ${count(o.kept, 'time')} in ${days}.`;
  if (o.always) return 'Kept. Such a warning is told whatever was answered.';
  if (!o.hides) return `Kept: such as this is told as before, ${count(o.kept, 'time')} in ${days}.`;
  return `Hides ${o.hidden} in ${days}, keeps ${o.kept}.`;
}
