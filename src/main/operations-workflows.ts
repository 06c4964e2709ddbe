import { aboutsOf, type Finding, triggersOf, type WorkflowDefinition } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { Run, WorkflowRow } from '@tomte/sdk/types';
import { grantsOf } from '@tomte/sdk/types-grant';
import { z } from 'zod';
import { settingsFor } from '../engine/fire.ts';
import { isUserWorkflow } from '../engine/user/workflow.ts';
import { iso, isoOrNull } from '../lib/clock.ts';
import { listActions } from '../store/actions.ts';
import { openAlertsOf } from '../store/alerts.ts';
import { listEpisodes } from '../store/episodes.ts';
import { getRun, listRuns, type RunRow } from '../store/runs.ts';
import { nextDueOf } from '../store/schedules.ts';
import {
  checkSettings,
  type Settings,
  type SettingsOwner,
  type SettingsRow,
  shownSettings,
  takeSettings,
  wordedSettings,
} from '../store/sealed-settings.ts';
import type { Db } from '../store/tables.ts';
import {
  getWorkflowSettings,
  saveWorkflowSettings,
  type WorkflowSettingsRow,
} from '../store/workflow-settings.ts';
import { giveBackBefore, wantsOf } from './give-back.ts';
import type { Grants } from './grants.ts';
import { lifeOf } from './lives.ts';
import type { PlaceParts } from './parts.ts';
import type { Place } from './place.ts';
import { pageOf } from './run-page.ts';
import { statesOfRun } from './run-states.ts';
import { triggerProblems } from './trigger-fits.ts';
import { closeWatch, modeOf, watchEnd, watchesFirst } from './watched-weeks.ts';
import { workflowOwner } from './workflow-owner.ts';

type Names =
  | 'listWorkflows'
  | 'setWorkflow'
  | 'listRuns'
  | 'getRun'
  | 'getRunStates'
  | 'cancelRun'
  | 'runWorkflow'
  | 'forkRun';

const actionsShown = 500;

export function workflowOperations(
  place: Pick<Place, 'parts' | 'lives' | 'alerts'>,
  grants: Grants,
): Pick<Tomte, Names> {
  const { parts } = place;
  const { db } = parts.store;

  async function rowOf(
    home: string,
    name: string,
    saved: WorkflowSettingsRow | undefined,
  ): Promise<WorkflowRow> {
    const workflow = parts.workflows.get(name)!;
    const fits = await fitsOf(place, home, name, saved);
    const row = await workflowRow(db, { home, name, workflow, saved, fits });
    return { ...row, detectors: await detectorsOf(parts, workflow, saved) };
  }

  async function runNamed(id: string): Promise<Run> {
    const row = await getRun(db, id);
    if (!row) throw new TomteError('run.not_found', `There is no Run ${id}`);
    return runOf(row);
  }

  return {
    listWorkflows: async ({ home }) => {
      const homes = [...place.lives().keys()].filter((id) => home === undefined || id === home);
      const rows = homes.flatMap((id) =>
        [...parts.workflows.keys()].map(async (name) =>
          rowOf(id, name, await getWorkflowSettings(db, { home: id, workflow: name })),
        ),
      );
      return Promise.all(rows);
    },
    setWorkflow: async ({ home, name, mode, atOnce, settings, grants: granted }) => {
      lifeOf(place.lives(), home);
      const workflow = parts.workflows.get(name);
      const owner = workflowOwner(parts, home, name);
      const before = await getWorkflowSettings(db, { home, workflow: name });
      const taken = settings ? settingsToKeep(owner, settings, before ?? null) : {};
      const next = {
        home,
        workflow: name,
        mode: modeOf(workflow, { mode, atOnce, before }),
        grants: granted ? grantsOf(granted) : (before?.grants ?? []),
        ...taken,
      };
      // Switching off needs no settings that fit.
      if (settings || next.mode !== 'off') {
        const stored = next.settings ?? before?.settings ?? {};
        const parsed = checkSettings(owner, stored as Settings);
        if (workflow && isUserWorkflow(workflow)) await workflow.prepare(parsed);
      }
      await giveBackBefore(place, { home, workflow: name, title: owner.title, before, next });
      const saved = await saveWorkflowSettings(db, {
        ...next,
        watchUntil: watchEnd(next.mode, before, parts.clock.now()),
        letActAt:
          next.mode === 'on' && !before?.let_act_at ? new Date(parts.clock.now()) : undefined,
      });
      grants.set(home, name, next.mode === 'on' ? next.grants : []);
      await place.lives().get(home)?.triggers.refresh();
      if (workflow?.watches) await place.lives().get(home)?.refreshDetectors();
      if (before?.mode === 'watch' && next.mode !== 'watch') await closeWatch(place, home, name);
      // Nothing would ever say that it is over.
      if (next.mode === 'off') {
        await parts.engine.cancelAll(parts.place, home, name, `${owner.title} was switched off`);
        await closeAlerts(place, home, name, owner.title);
      }
      // What goes on already is news to a workflow that begins now.
      else if (before?.mode !== next.mode) await fireOpenEpisodes(parts, home, name);
      if (workflow?.runAtOnce && next.mode !== 'off') {
        const fired = { kind: 'manual', by: 'its settings', at: parts.clock.now() } as const;
        await parts.engine.fire(parts.place, home, fired, { only: name });
      }
      return rowOf(home, name, saved);
    },
    listRuns: async (filter) =>
      (await listRuns(db, { ...filter, limit: Number(filter.limit ?? 100) })).map(runOf),
    getRun: async ({ id }) => {
      const row = await getRun(db, id);
      if (!row) throw new TomteError('run.not_found', `There is no Run ${id}`);
      return pageOf(
        row,
        await parts.engine.view(parts.place, id),
        await listActions(db, { run: id, limit: actionsShown }),
      );
    },
    getRunStates: ({ id }) => statesOfRun(place, id),
    cancelRun: async ({ id }) => {
      await parts.engine.cancel(parts.place, id, 'Ended by a person');
      return runNamed(id);
    },
    forkRun: async ({ id, from }) =>
      runNamed(await parts.engine.fork(parts.place, id, Number(from))),
    runWorkflow: async ({ home, name, dryRun = false, input }) => {
      lifeOf(place.lives(), home);
      const asked = { by: 'a person', dry: dryRun, ...(input === undefined ? {} : { input }) };
      return runNamed(await parts.engine.run(parts.place, home, name, asked));
    },
  };
}

/**
 * Only what was given: a setting that was left alone follows the workflow's own default. A secret is
 * kept apart, and the word for it stands in its place, so that whoever reads the settings has that.
 */
function settingsToKeep(
  owner: SettingsOwner,
  given: Settings,
  before: SettingsRow | null,
): { settings?: Settings; secrets?: Buffer | null } {
  const taken = takeSettings(owner, given, before);
  const worded = Object.entries(wordedSettings(owner, taken));
  const settings = Object.fromEntries(worded.filter(([name]) => Object.hasOwn(given, name)));
  return { settings, secrets: taken.secrets_sealed };
}

async function fireOpenEpisodes(parts: PlaceParts, home: string, workflow: string): Promise<void> {
  for (const episode of await listEpisodes(parts.store.db, { home, state: 'open' })) {
    const finding = episode.finding as Finding;
    const fired = { ...finding, kind: 'updated', at: parts.clock.now(), worse: true } as const;
    const about = episode.about;
    await parts.engine.fire(
      parts.place,
      home,
      { kind: 'anomaly', finding: fired, about },
      { only: workflow },
    );
  }
}

/** A workflow of a home as it is set up, with what the caller knows of the home now. */
export async function workflowRow(
  db: Db,
  o: {
    home: string;
    name: string;
    workflow: WorkflowDefinition;
    saved: WorkflowSettingsRow | undefined;
    fits: WorkflowRow['fits'];
  },
): Promise<WorkflowRow> {
  const { home, name, workflow, saved } = o;
  const [last] = await listRuns(db, { home, workflow: name, limit: 1 });
  const lastRun = last && {
    id: last.id,
    at: iso(last.created_at.getTime()),
    state: last.state,
    reason: last.reason,
  };
  return {
    name,
    title: workflow.title,
    text: workflow.text,
    home,
    mode: saved?.mode ?? 'off',
    settings: saved ? shownSettings(workflow.settings, saved) : {},
    schema: z.toJSONSchema(workflow.settings, { io: 'input' }) as Record<string, unknown>,
    grants: saved?.grants ?? [],
    wants: wantsOf(workflow, saved),
    watchUntil: isoOrNull(saved?.watch_until?.getTime()),
    watchesFirst: watchesFirst(workflow, saved),
    lastRun: lastRun ?? null,
    next: isoOrNull(await nextDueOf(db, { home, workflow: name })),
    fits: o.fits,
  };
}

async function closeAlerts(
  place: Pick<Place, 'parts' | 'alerts'>,
  home: string,
  workflow: string,
  title: string,
): Promise<void> {
  const { db } = place.parts.store;
  for (const alert of await openAlertsOf(db, { home, workflow })) {
    await place.alerts.resolve(home, alert.key, {
      title: 'Over: you switched it off',
      text: `${title} is off, so I no longer look at this.`,
      at: place.parts.clock.now(),
    });
  }
}

async function fitsOf(
  place: Pick<Place, 'parts' | 'lives'>,
  home: string,
  name: string,
  saved: WorkflowSettingsRow | undefined,
): Promise<WorkflowRow['fits']> {
  const workflow = place.parts.workflows.get(name)!;
  const life = place.lives().get(home);
  const infos = life?.link.mirror.infos() ?? [];
  const settings = await settingsFor(workflow, saved);
  if (life && settings !== null) {
    const home = { admin: life.voice.hearsButtons, infos };
    const [problem] = triggerProblems(triggersOf(workflow, settings), home);
    if (problem) return { ok: false, text: `${problem.text} ${problem.fix}`, entities: [] };
  }
  const abouts = settings === null ? [] : aboutsOf(workflow, settings);
  if (abouts.length === 0) return { ok: true, text: 'Fits any home.', entities: [] };
  const entities = [...place.parts.detectors.values()]
    .filter((d) => abouts.includes(d.about))
    .flatMap((d) => d.subjects(infos));
  if (entities.length > 0) return { ok: true, text: `Watches ${entities.join(', ')}.`, entities };
  return {
    ok: false,
    text: abouts.includes('water')
      ? 'This needs a water meter. Found none. What counts: a sensor in L/min, m³/h, L or m³.'
      : 'This home has no sensor it could watch.',
    entities: [],
  };
}

async function detectorsOf(
  parts: PlaceParts,
  workflow: WorkflowDefinition,
  saved: WorkflowSettingsRow | undefined,
): Promise<string[]> {
  const settings = await settingsFor(workflow, saved);
  const abouts = settings === null ? [] : aboutsOf(workflow, settings);
  return [...parts.detectors].flatMap(([name, { about }]) =>
    abouts.includes(about) ? [name] : [],
  );
}

export function runOf(row: RunRow): Run {
  return {
    id: row.id,
    home: row.home_id,
    workflow: row.workflow,
    state: row.state,
    reason: row.reason,
    createdAt: iso(row.created_at.getTime()),
    endedAt: isoOrNull(row.ended_at?.getTime()),
    error: (row.error as Run['error']) ?? null,
  };
}
