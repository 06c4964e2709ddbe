/** "What if …?" answered by trying: the past with a setting as it is, and as asked. Changes nothing. */
import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { WorkflowRow } from '@tomte/sdk/types';
import type { DetectorRow } from '@tomte/sdk/types-detect';
import type { WhyAnswer } from '@tomte/sdk/types-runs';
import { findNames } from '../why/names.ts';
import { differenceOf, type Moment, momentsOfBacktest, momentsOfPreview } from './compare.ts';
import type { WhatIf } from './question.ts';
import { type Asked, askedOf, type Setting, settingsOf, sliderKey } from './setting.ts';
import {
  changeWords,
  differenceWords,
  type Found,
  momentRows,
  numberTold,
  pageOf,
  pastDays,
  settingRows,
  shown,
  takes,
  times,
} from './words.ts';

/** What a question may be about: a workflow, with its settings and those of what starts it. */
export interface Subject {
  readonly row: Pick<WorkflowRow, 'home' | 'name' | 'title' | 'mode' | 'settings' | 'fits'>;
  /** The title, the name, the titles of its detectors. */
  readonly names: readonly string[];
  readonly settings: readonly Setting[];
}

type Tries = Pick<Tomte, 'listWorkflows' | 'listDetectors' | 'backtest' | 'previewDetector'>;
const offeredMax = 12;
/** Less of the words names no workflow. */
const scoreMin = 0.25;

export async function whatIfAnswer(
  question: WhatIf,
  o: {
    homes: readonly { id: string; zone: string }[];
    /** The workflow on the page it is asked from: meant where the words name none. */
    looksAt?: string | undefined;
    tomte: Tries;
  },
): Promise<WhyAnswer> {
  if (question.quietHours) return quietHours;
  const subjects: Subject[] = [];
  for (const { id } of o.homes) {
    const rows = await o.tomte.listWorkflows({ home: id });
    const detectors = rows.length === 0 ? [] : await o.tomte.listDetectors({ home: id });
    subjects.push(...rows.map((row) => subjectOf(row, detectors)));
  }
  const named = subjectsMeant(question, subjects);
  const meant =
    named.length > 0 ? named : subjects.filter(({ row }) => row.name === o.looksAt).slice(0, 1);
  const [subject] = meant;
  if (!subject) return whichWorkflow(subjects, question);
  const zone = o.homes.find(({ id }) => id === subject.row.home)?.zone ?? 'UTC';
  const choice = chosen(question, meant);
  if (choice) return tried(choice, o.tomte, zone);
  if (meant.length > 1) return whichWorkflow(meant, question);
  if (question.turned !== null)
    return turned(subject, { to: question.turned, tomte: o.tomte, zone });
  return whichSetting(subject, question);
}

export function subjectOf(row: WorkflowRow, detectors: readonly DetectorRow[]): Subject {
  const own = detectors.filter(({ name }) => row.detectors?.includes(name));
  return {
    row,
    names: [row.title, row.name.replaceAll('-', ' '), ...own.map(({ title }) => title)],
    settings: [
      ...settingsOf(row.schema, row.settings, null),
      ...own.flatMap((one) =>
        settingsOf(
          one.schema,
          { ...(one.sooner === null ? {} : { sooner: one.sooner }), ...one.settings },
          one.name,
        ),
      ),
    ],
  };
}

/** Those the words name equally well; of several homes' the first. */
export function subjectsMeant(question: WhatIf, subjects: readonly Subject[]): readonly Subject[] {
  const byId = new Map(subjects.map((one) => [`${one.row.home} ${one.row.name}`, one]));
  const found = findNames(
    question.words,
    [...byId].map(([id, { names }]) => ({ kind: 'workflow' as const, id, names })),
  );
  const best = found.filter(({ score }) => score >= Math.max(scoreMin, found[0]!.score - 0.001));
  const meant = best.flatMap(({ thing }) => byId.get(thing.id) ?? []);
  return meant.filter(({ row }) => row.home === meant[0]!.row.home);
}

interface Choice {
  readonly subject: Subject;
  readonly asked: Asked;
}

/** One setting that fits better than every other; null where none does, or several. */
export function chosen(question: WhatIf, meant: readonly Subject[]): Choice | null {
  const all = meant
    .flatMap((subject) =>
      askedOf(question, subject.settings, subject.names.join(' ')).map((asked) => ({
        subject,
        asked,
      })),
    )
    .sort(
      (a, b) => Number(a.asked.outside) - Number(b.asked.outside) || b.asked.score - a.asked.score,
    );
  const [best, next] = all;
  if (!best) return null;
  const clear =
    !next || next.asked.score < best.asked.score || next.asked.outside !== best.asked.outside;
  return clear ? best : null;
}

async function tried({ subject, asked }: Choice, tomte: Tries, zone: string): Promise<WhyAnswer> {
  const { home, name, title } = subject.row;
  const { setting, value } = asked;
  const about = settingRows([setting], { home, name });
  if (asked.outside) {
    const atEnd =
      setting.key === sliderKey &&
      [setting.lowest, setting.highest].some((end) => end === setting.now);
    const no = atEnd ? 'The slider stands at its end' : `It cannot be ${shown(value)}`;
    return {
      sentence: `${no}: “${setting.label}” is ${shown(setting.now)}${takes(setting)}.`,
      found: about,
    };
  }
  if (value === setting.now) {
    return { sentence: `That is as it is: “${setting.label}” is ${shown(value)}.`, found: about };
  }
  if (!subject.row.fits.ok) return notHere(subject);
  const both =
    setting.detector === null
      ? await byBacktest(subject, asked, tomte)
      : await byPreview(home, setting.detector, asked, tomte);
  const { was, is, missing } = both;
  const difference = differenceOf(was, is);
  const page = about[0]!.page!;
  const head: Found = {
    ...{ kind: 'workflow', at: null, title: `Try it: ${title}`, page, home },
    text: [`${changeWords(asked)}.`, ...missing].join(' '),
  };
  return {
    sentence: both.ran
      ? differenceWords({ title, asked, was, is, difference, zone }) + offNow(subject)
      : `With ${changeWords(asked)}, as with what is set now, ${title} would not have run in the last ${pastDays} days: nothing that starts it is set up or happened.`,
    found: [head, ...momentRows(difference, { page, home, zone })],
  };
}

interface Both {
  readonly was: readonly Moment[];
  readonly is: readonly Moment[];
  /** False where nothing ran either way: there is nothing to compare. */
  readonly ran: boolean;
  /** What of the past is not there, in words. */
  readonly missing: readonly string[];
}

async function byBacktest(
  { row }: Subject,
  { setting, value }: Asked,
  tomte: Tries,
): Promise<Both> {
  const { home, name, settings } = row;
  const input = { home, name, days: pastDays };
  // The one that may not fit comes first: no home is asked for nothing.
  const is = await tomte.backtest({ ...input, settings: { ...settings, [setting.key]: value } });
  const was = await tomte.backtest({ ...input, settings });
  return {
    ...{ was: momentsOfBacktest(was), is: momentsOfBacktest(is), missing: is.missing },
    ran: was.runs.length + is.runs.length > 0,
  };
}

async function byPreview(
  home: string,
  name: string,
  { setting, value }: Asked,
  tomte: Tries,
): Promise<Both> {
  const is = await tomte.previewDetector({ home, name, settings: { [setting.key]: value } });
  const was = await tomte.previewDetector({ home, name });
  return {
    ...{ was: momentsOfPreview(was), is: momentsOfPreview(is), missing: is.missing },
    ran: true,
  };
}

/** The whole workflow on or off: its past with the settings it has. */
async function turned(
  subject: Subject,
  { to, tomte, zone }: { to: 'on' | 'off'; tomte: Tries; zone: string },
): Promise<WhyAnswer> {
  const { home, name, title, settings, mode, fits } = subject.row;
  if (!fits.ok) return notHere(subject);
  const result = await tomte.backtest({ home, name, days: pastDays, settings });
  const moments = momentsOfBacktest(result);
  const told = numberTold(moments);
  const would = `told you ${times(told)} and switched ${times(moments.length - told)}`;
  const is =
    mode === 'on' ? 'It is on now.' : mode === 'watch' ? 'It only watches now.' : 'It is off now.';
  const page = pageOf(home, name);
  return {
    sentence:
      to === 'on'
        ? `On for the last ${pastDays} days, ${title} would have ${would}. ${is}`
        : `Off, ${title} tells and switches nothing; on for the last ${pastDays} days, it would have ${would}. ${is}`,
    found: [
      {
        kind: 'workflow',
        at: null,
        title: `Try it: ${title}`,
        text: [result.sentence, ...result.missing].join(' '),
        page,
        home,
      },
      ...momentRows(
        { gone: to === 'off' ? moments : [], come: to === 'on' ? moments : [], otherwise: [] },
        { page, home, zone },
      ),
    ],
  };
}

const offNow = ({ row }: Subject): string =>
  row.mode === 'off'
    ? ` ${row.title} is off now.`
    : row.mode === 'watch'
      ? ` ${row.title} only watches now.`
      : '';

const notHere = ({ row: { title, fits, home, name } }: Subject): WhyAnswer => ({
  sentence: `${title} cannot be tried on this home’s past: ${fits.text}`,
  found: [{ kind: 'workflow', at: null, title, text: fits.text, page: pageOf(home, name), home }],
});

function whichSetting({ row, settings }: Subject, question: WhatIf): WhyAnswer {
  const said = question.number !== null || question.time !== null || question.slid !== null;
  return {
    sentence: said
      ? `Several settings of ${row.title}, or none, could be meant: say a word or the unit of one of these.`
      : `${row.title} has these settings: say which, and what it would be.`,
    found: settingRows(settings, row),
  };
}

function whichWorkflow(subjects: readonly Subject[], { words }: WhatIf): WhyAnswer {
  const named = words.slice(0, 6).join(' ');
  return {
    sentence:
      subjects.length === 0
        ? 'No home is looked after here, so there is no past to try it on.'
        : `Say which workflow${named === '' ? '' : ` (“${named}” does not say it)`}: “What if Door or window left open waited 20 minutes?”`,
    found: subjects.slice(0, offeredMax).map(({ row }) => ({
      ...{ kind: 'workflow' as const, at: null, title: row.title, home: row.home },
      text: row.mode === 'off' ? 'It is off now.' : '',
      page: pageOf(row.home, row.name),
    })),
  };
}

const quietHours: WhyAnswer = {
  sentence:
    'Quiet hours cannot be tried on the past: they are a person’s, and say when you are told, not what is found. What was found, and when, stands under Watch.',
  found: [
    {
      kind: 'workflow',
      at: null,
      title: 'Quiet hours',
      text: 'Kept by person.',
      page: 'home/people',
      home: null,
    },
  ],
};

/** Without a service nothing is looked after: there is no past to try it on. */
export const needsService = (): TomteError =>
  new TomteError('cli.service_unreachable', '“What if” needs a running Tomte', {
    hint: 'Start it: tomte start, or npm start in a checkout. A workflow can be tried without: tomte backtest.',
  });
