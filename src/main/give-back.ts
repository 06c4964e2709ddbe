import type { WorkflowDefinition } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Grant } from '@tomte/sdk/types-grant';
import { isUserWorkflow } from '../engine/user/workflow.ts';
import { withTimeout } from '../lib/clock.ts';
import { getWorkflowSettings, type WorkflowSettingsRow } from '../store/workflow-settings.ts';
import type { HomeLife } from './home-life.ts';
import type { PlaceParts } from './parts.ts';

/** So long a home that is slow holds up a person who wants it to be quiet. */
const patienceMs = 20_000;

interface Parts {
  readonly parts: Pick<PlaceParts, 'engine' | 'place' | 'store' | 'workflows' | 'clock' | 'log'>;
  lives(): ReadonlyMap<string, Pick<HomeLife, 'link'>>;
}

export interface Why {
  readonly home: string;
  /** Such as `Tomte is paused`. */
  readonly why: string;
}

/** What a workflow holds of a home, such as a car it charges, it gives back while it still may switch. */
export async function giveBack(
  { parts, lives }: Parts,
  o: Why & { workflow: string; entities?: readonly string[] },
): Promise<void> {
  const { engine, place, store, clock, log } = parts;
  const { home, workflow, why: because, entities } = o;
  if (!parts.workflows.get(workflow)?.givesBack) return;
  if (lives().get(home)?.link.state.kind !== 'live') return;
  const saved = await getWorkflowSettings(store.db, { home, workflow });
  if (saved?.mode !== 'on') return;
  const input = { giveBack: because, ...(entities ? { entities } : {}) };
  const late = () => new TomteError('run.step_timeout', 'it took too long to give back');
  try {
    // After those that are under way, which would switch on what is given back.
    const run = await engine.run(place, home, workflow, { by: because, input });
    await withTimeout(clock, patienceMs, engine.ended(place, run), late);
  } catch (error) {
    if (!isError(error)) throw error;
    log.warn({ home, workflow, code: error.code }, 'not all was given back');
  }
}

/** The same of all workflows of a home. */
export async function giveAllBack(o: Parts, why: Why): Promise<void> {
  for (const workflow of o.parts.workflows.keys()) await giveBack(o, { ...why, workflow });
}

/** Before a workflow is switched off, or loses some of what it may switch. */
export async function giveBackBefore(
  o: Parts,
  change: {
    home: string;
    workflow: string;
    title: string;
    before: WorkflowSettingsRow | undefined;
    next: Pick<WorkflowSettingsRow, 'mode' | 'grants'> & { settings?: Record<string, unknown> };
  },
): Promise<void> {
  const { home, workflow, title, before, next } = change;
  const definition = o.parts.workflows.get(workflow);
  if (before?.mode !== 'on' || !definition?.givesBack) return;
  if (next.mode !== 'on') {
    await giveBack(o, { home, workflow, why: `${title} was switched off` });
    return;
  }
  const kept = next.settings === undefined ? before : { settings: next.settings };
  const wanted = wantsOf(definition, kept);
  const isKept = (entity: string) => wanted.includes(entity) && mayCover(next.grants, entity);
  const entities = wantsOf(definition, before).filter((entity) => !isKept(entity));
  if (entities.length > 0)
    await giveBack(o, { home, workflow, entities, why: `${title} has other settings` });
}

/** What is granted by area is taken to be, so that nothing is given back in vain. */
const mayCover = (grants: readonly Grant[], entity: string): boolean =>
  grants.some(({ entities, areas }) => entities.includes(entity) || areas.length > 0);

/** Entities it would switch with the settings it has; none while they do not fit, or are not known yet. */
export function wantsOf(
  workflow: WorkflowDefinition,
  saved: Pick<WorkflowSettingsRow, 'settings'> | undefined,
): string[] {
  const parsed = workflow.settings.safeParse(saved?.settings ?? {});
  if (!parsed.success || !workflow.wants) return [];
  if (isUserWorkflow(workflow) && !workflow.isPrepared(parsed.data)) return [];
  return [...workflow.wants(parsed.data)];
}
