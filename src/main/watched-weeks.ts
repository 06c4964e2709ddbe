import type { WorkflowDefinition } from '@tomte/sdk/define';
import { watchOverKey } from '@tomte/sdk/types-alert';
import type { Alerts } from '../alert/alerts.ts';
import { titled } from '../anomaly/fit.ts';
import type { RunView } from '../engine/run-view.ts';
import { listRuns } from '../store/runs.ts';
import { endedWatches, endWatch, type WorkflowSettingsRow } from '../store/workflow-settings.ts';
import type { PlaceParts } from './parts.ts';
import type { Place } from './place.ts';

/** How long a workflow that was switched to watch only does so before the person is asked. */
export const watchMs = 7 * 86_400_000;
const againMs = 600_000;
const runsMax = 500;
/** The same Action asked for again within it is the same wish: nothing followed the first time. */
export const sameMs = 3_600_000;

export interface WatchedWeeks {
  readonly parts: Pick<PlaceParts, 'clock' | 'log' | 'place'> & {
    readonly store: Pick<PlaceParts['store'], 'db'>;
    readonly engine: Pick<PlaceParts['engine'], 'view'>;
    readonly workflows: ReadonlyMap<string, { readonly title: string }>;
  };
  readonly alerts: Pick<Alerts, 'open'>;
  /** The homes looked after here. */
  readonly homes: () => readonly string[];
}

/** Asks once, at the end of each week that a workflow watched only, whether to turn it on; the answer stops it. */
export function keepWatchedWeeks(o: WatchedWeeks): () => void {
  const { clock, log } = o.parts;
  let busy = false;
  const look = () => {
    if (busy) return;
    busy = true;
    tellEnded(o)
      .catch((error: unknown) =>
        log.warn({ err: error }, 'weeks of watching are looked at again later'),
      )
      .finally(() => {
        busy = false;
      });
  };
  return clock.every(againMs, look);
}

async function tellEnded(o: WatchedWeeks): Promise<void> {
  const { store, clock, workflows } = o.parts;
  const ended = await endedWatches(store.db, { homes: o.homes(), now: new Date(clock.now()) });
  for (const { home_id: home, workflow, watch_until: until } of ended) {
    const since = until!.getTime() - watchMs;
    const title = workflows.get(workflow)?.title ?? workflow;
    // Asked first, then kept that it was: after a crash between the two it is the same alert again.
    await o.alerts.open({
      ...{ home, workflow, key: watchOverKey(workflow), severity: 'today', entities: [] },
      ...weekWords(title, await wouldHave(o, { home, workflow, since })),
      since: until!.getTime(),
    });
    await endWatch(store.db, { home, workflow, until: until! });
  }
}

/** What people read at its end. */
export const weekWords = (workflow: string, would: WouldHave): { title: string; text: string } => ({
  title: titled(workflow, ': watched for a week'),
  text: `${sentence(would)} Turn it on, or off, under Workflows.`,
});

/** True while nobody has let a workflow act that watches first. */
export const watchesFirst = (
  workflow: Pick<WorkflowDefinition, 'watchFirst'> | undefined,
  saved: Pick<WorkflowSettingsRow, 'let_act_at'> | undefined,
): boolean => workflow?.watchFirst === true && !saved?.let_act_at;

/** What it is set to: turned on for the first time, one that watches first does that; turned on while it watches, it acts. */
export function modeOf(
  workflow: Pick<WorkflowDefinition, 'watchFirst'> | undefined,
  o: {
    mode: WorkflowSettingsRow['mode'] | undefined;
    atOnce: boolean | undefined;
    before: WorkflowSettingsRow | undefined;
  },
): WorkflowSettingsRow['mode'] {
  const { mode, atOnce, before } = o;
  const was = before?.mode ?? 'off';
  if (mode === 'on' && was === 'off' && !atOnce && watchesFirst(workflow, before)) return 'watch';
  return mode ?? was;
}

/** A week, from when it began to watch only; the person decides then. */
export function watchEnd(
  mode: WorkflowSettingsRow['mode'],
  before: WorkflowSettingsRow | undefined,
  now: number,
): Date | null {
  if (mode !== 'watch') return null;
  return before?.mode === 'watch' ? before.watch_until : new Date(now + watchMs);
}

/** The question whether to turn it on is answered. */
export const closeWatch = (
  { parts, alerts }: Pick<Place, 'parts' | 'alerts'>,
  home: string,
  workflow: string,
): Promise<void> =>
  alerts.resolve(home, watchOverKey(workflow), {
    ...{ title: 'Over: you decided', text: 'It no longer watches only.', at: parts.clock.now() },
  });

/** What a workflow would have done, had it been on. */
export interface WouldHave {
  /** News, not every telling: what was told and not over yet is the same news. */
  readonly told: number;
  readonly switched: number;
  /** True when there were more Runs than are counted. */
  readonly more: boolean;
}

export async function wouldHave(
  { parts }: Pick<WatchedWeeks, 'parts'>,
  o: { home: string; workflow: string; since: number },
): Promise<WouldHave> {
  const { home, workflow, since } = o;
  const runs = await listRuns(parts.store.db, { home, workflow, limit: runsMax });
  const own = runs.filter((run) => !run.dry && run.created_at.getTime() >= since);
  const steps: RunView['steps'][number][] = [];
  for (const { id } of own) steps.push(...(await parts.engine.view(parts.place, id)).steps);
  steps.sort((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''));
  const open = new Set<string>();
  const asked = new Map<string, number>();
  let [told, switched] = [0, 0];
  for (const { kind, input, output, startedAt } of steps) {
    const { key } = (input ?? {}) as { key?: unknown };
    const { id, rule } = (output ?? {}) as { id?: unknown; rule?: unknown };
    if (kind === 'resolve') open.delete(String(key));
    if (kind === 'act' && rule === 'watch-only') {
      // What is asked for again and again, since nothing followed, is one.
      const [what, at] = [JSON.stringify(input), Date.parse(startedAt ?? '')];
      if (!(at - (asked.get(what) ?? 0) < sameMs)) switched++;
      asked.set(what, at);
    }
    if (kind !== 'alert' || id !== 'watch-only' || open.has(String(key))) continue;
    open.add(String(key));
    told++;
  }
  return { told, switched, more: own.length === runsMax };
}

/** `It would have told you 3 times, and switched something once.` */
export function sentence({ told, switched, more }: WouldHave): string {
  const least = more ? 'at least ' : '';
  const tells = `told you ${told === 0 ? 'nothing' : least + times(told)}`;
  const acts = switched === 0 ? '' : `, and switched something ${least}${times(switched)}`;
  return `It would have ${tells}${acts}.`;
}

const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`);
