import type { Finding } from '@tomte/sdk/define';
import type { Tomte } from '@tomte/sdk/operations';
import type { DetectorRow, FindingRow } from '@tomte/sdk/types-detect';
import { z } from 'zod';
import { iso, isoOrNull } from '../../lib/clock.ts';
import { listAnswers } from '../../store/answers.ts';
import { listDetectorSettings, saveDetectorSettings } from '../../store/detector-settings.ts';
import { listEpisodes } from '../../store/episodes.ts';
import type { HomeLife } from '../home-life.ts';
import { lifeOf } from '../lives.ts';
import type { PlaceParts } from '../parts.ts';
import type { Answers } from './answers.ts';
import type { Beats } from './heartbeat.ts';
import {
  answersOf,
  detectorOf,
  type Previews,
  pastDays,
  previewPage,
  settingsToTry,
} from './preview.ts';
import { tellersOf, watchingPage } from './watching.ts';

const dayMs = 86_400_000;
const findingsMax = 500;

type Names = keyof typeof import('@tomte/sdk/operations-detect').detectOperations;

export interface DetectParts {
  readonly parts: PlaceParts;
  lives(): ReadonlyMap<string, HomeLife>;
  readonly previews: Previews;
  readonly answers: Answers;
  readonly beats: Beats;
}

export function detectOperations(place: DetectParts): Pick<Tomte, Names> {
  const { parts, previews, answers, beats } = place;
  const { db } = parts.store;
  const life = (home: string) => lifeOf(place.lives(), home);
  return {
    listDetectors: async ({ home }) => {
      const [set, tellers] = [await listDetectorSettings(db, home), await tellersOf(parts, home)];
      const one = life(home);
      return [...parts.detectors.keys()].map((name) => rowOf(parts, one, { name, set, tellers }));
    },
    setDetector: async ({ home, name, settings }) => {
      const one = life(home);
      settingsToTry(detectorOf(parts, name), settings);
      await saveDetectorSettings(db, { home, detector: name, settings });
      await one.refreshDetectors();
      const [set, tellers] = [await listDetectorSettings(db, home), await tellersOf(parts, home)];
      return rowOf(parts, one, { name, set, tellers });
    },
    previewDetector: async ({ home, name, settings, days }) => {
      const startedAt = parts.clock.ticks();
      const one = life(home);
      const span = days === undefined ? {} : { days: Number(days) };
      const previewed = await previews.of(one, name, { settings, ...span });
      return previewPage(parts, one, name, { previewed, startedAt });
    },
    listFindings: async ({ home, detector, days }) => {
      life(home);
      const since = parts.clock.now() - Number(days ?? pastDays) * dayMs;
      const rows = await listEpisodes(db, { home, detector, since, limit: findingsMax });
      const given = new Map(
        (await listAnswers(db, { home })).map((one) => [one.episode, one.answer]),
      );
      return rows.map((row): FindingRow => {
        const finding = row.finding as Finding;
        const { title, text, severity, entities, facts } = finding;
        return {
          ...{ episode: row.id, detector: row.detector, about: row.about, title, text, severity },
          ...{ entities: [...entities], facts, hidden: row.hidden },
          since: iso(row.since),
          at: iso(row.raised_at),
          until: isoOrNull(row.cleared_at),
          answer: given.get(row.id) ?? null,
          answers: answersOf(parts.detectors.get(row.detector)),
        };
      });
    },
    answerFinding: ({ home, episode, answer, by }) =>
      answers.give(life(home), { episode, answer, by: by ?? null }),
    listAnswers: ({ home, detector }) => answers.list(life(home), detector),
    undoAnswer: ({ home, id }) => answers.undo(life(home), id),
    watching: ({ home }) => watchingPage(parts, life(home), beats.get()),
    setHeartbeat: ({ url }) => beats.set(url),
    getHeartbeat: async () => beats.get(),
  };
}

function rowOf(
  parts: PlaceParts,
  life: HomeLife,
  o: {
    name: string;
    set: Record<string, Record<string, unknown>>;
    tellers: ReadonlyMap<string, string[]>;
  },
): DetectorRow {
  const detector = detectorOf(parts, o.name);
  const settings = life.detectorSettings()[o.name]!;
  return {
    ...{ name: o.name, home: life.home, about: detector.about, title: detector.title },
    settings: o.set[o.name] ?? {},
    schema: z.toJSONSchema(detector.settings, { io: 'input' }) as Record<string, unknown>,
    sooner: typeof settings.sooner === 'number' ? settings.sooner : null,
    sensors: detector.subjects(life.link.mirror.infos(), settings),
    toldBy: o.tellers.get(detector.about) ?? [],
    answers: answersOf(detector),
  };
}
