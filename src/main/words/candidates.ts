/** What a wish could be set up as, best first: ready-made workflows with settings that code made. Pure. */
import type { EntityInfo } from '@tomte/sdk/home';
import type { WorkflowRow } from '@tomte/sdk/types';
import type { DraftCandidate } from '@tomte/sdk/types-words';
import { filled } from './fill.ts';
import { ruleOf, withRule } from './rule.ts';
import { type Page, searched } from './search.ts';
import { type ThingFound, thingsMeant } from './things.ts';
import type { Wish } from './wish.ts';

/** The workflow that is made of rules, and so fits most wishes. */
export const tellWhen = 'tell-when';
const candidatesMax = 4;
/** Said less of it than this, a workflow is no answer. */
const scoreMin = 0.25;

export interface CandidatesOptions {
  readonly wish: Wish;
  readonly rows: readonly WorkflowRow[];
  readonly words: (name: string) => readonly string[];
  readonly infos: readonly EntityInfo[];
  /** What it would switch with these settings. */
  readonly wants: (name: string, settings: Record<string, unknown>) => readonly string[];
  /** Whether the settings fit the workflow. */
  readonly fits: (name: string, settings: Record<string, unknown>) => boolean;
}

export function candidatesOf(o: CandidatesOptions): DraftCandidate[] {
  const { wish, rows } = o;
  const pages: Page[] = rows.map(({ name, title, text }) => ({
    ...{ name, title, text },
    words: o.words(name),
  }));
  const scores = searched(wish.words, pages);
  const things = thingsMeant(wish, o.infos);
  const others = rows
    .filter(({ name }) => name !== tellWhen)
    .map((row) => candidate(o, row, { score: scores.get(row.name) ?? 0, things: [] }));
  const telling = rows.find(({ name }) => name === tellWhen);
  const rules = telling
    ? things.slice(0, 2).flatMap((thing) => ruled(o, telling, thing) ?? [])
    : [];
  return [...rules, ...others]
    .filter(({ score, settings, workflow }) => score >= scoreMin && o.fits(workflow, settings))
    .sort((a, b) => b.score - a.score)
    .slice(0, candidatesMax);
}

function ruled(o: CandidatesOptions, row: WorkflowRow, thing: ThingFound): DraftCandidate | null {
  const rule = ruleOf(o.wish, thing.info);
  if (rule === null) return null;
  const lines = Array.isArray(row.settings.rules) ? (row.settings.rules as string[]) : [];
  const own = { rules: withRule(lines, rule), ...urgencyOf(o.wish) };
  const score = 0.55 + 0.4 * Math.min(1, thing.score);
  return candidate(o, row, { score, things: [thing], own });
}

const urgencyOf = ({ urgency }: Wish) => (urgency === null ? {} : { tell: urgency });

function candidate(
  o: CandidatesOptions,
  row: WorkflowRow,
  c: { score: number; things: readonly ThingFound[]; own?: Record<string, unknown> },
): DraftCandidate {
  const own = c.own ?? filled(row.schema, o.wish, o.infos);
  const settings = { ...row.settings, ...own };
  const named = new Set([
    ...c.things.map(({ info }) => info.id),
    ...Object.values(own).filter(
      (one): one is string => typeof one === 'string' && one.includes('.'),
    ),
  ]);
  const watched = c.things.length > 0 ? [] : row.fits.entities;
  const infos = [...named, ...watched]
    .flatMap((id) => o.infos.find((info) => info.id === id) ?? [])
    .slice(0, 8);
  return {
    ...{ workflow: row.name, title: row.title, text: row.text, mode: row.mode, settings },
    ...{ score: Number(c.score.toFixed(3)), fits: row.fits.ok, fitsText: row.fits.text },
    changes: changesOf(row.settings, settings),
    entities: infos.map(({ id, name, area }) => ({ id, name, area })),
    maySwitch: [...o.wants(row.name, settings)],
  };
}

/** What of the settings would be another, line by line where they are lines. */
export function changesOf(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): DraftCandidate['changes'] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((setting) => {
    const [was, is] = [before[setting], after[setting]];
    if (Array.isArray(is) || Array.isArray(was)) {
      const [old, next] = [listOf(was), listOf(is)];
      return [
        ...old
          .filter((line) => !next.includes(line))
          .map((line) => ({ setting, was: line, is: null })),
        ...next
          .filter((line) => !old.includes(line))
          .map((line) => ({ setting, was: null, is: line })),
      ];
    }
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [{ setting, was: shown(was), is: shown(is) }];
  });
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const shown = (value: unknown): string | null =>
  value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);
