import { entitiesOf } from '@tomte/sdk/condition';
import { TomteError } from '@tomte/sdk/errors';
import type { EntityState } from '@tomte/sdk/home';
import type { Condition } from '@tomte/sdk/trigger';
import type { RunStates } from '@tomte/sdk/types-runs';
import type { RunView } from '../engine/run-view.ts';
import { stateHistory } from '../home/history.ts';
import { iso } from '../lib/clock.ts';
import { listActions } from '../store/actions.ts';
import { getRun, type RunRow } from '../store/runs.ts';
import type { HomeLife } from './home-life.ts';
import { lifeOf } from './lives.ts';
import type { Place } from './place.ts';

/** More beside a Run is no picture any more. */
const entitiesMax = 3;
/** Newest, of one entity: what changes oftener is a line anyway. */
const statesMax = 400;
const actionsMax = 100;
const besideMinMs = 5 * 60_000;

/** What a Run switched, then what it read or waited for, then what began it; each once. */
export function entitiesOfRun(o: {
  readonly actions: readonly { readonly action: unknown }[];
  readonly steps: RunView['steps'];
  readonly trigger: unknown;
}): string[] {
  const switched = o.actions.flatMap(({ action }) => namesIn(action, 'entities'));
  const read = o.steps.flatMap(({ kind, input }) => {
    // What an alert is about was read by a detector, and began the Run.
    if (kind === 'alert') return [];
    const { condition } = (input ?? {}) as { condition?: Condition };
    const awaited = condition === undefined ? [] : entitiesOf(condition);
    return [...namesIn(input, 'entity'), ...namesIn(input, 'entities'), ...awaited];
  });
  const { finding } = (o.trigger ?? {}) as { finding?: unknown };
  const began = [...namesIn(o.trigger, 'entity'), ...namesIn(finding, 'entities')];
  return [...new Set([...switched, ...read, ...began])];
}

/** Single entities named in a field of what was asked; a selector by area or label names none. */
function namesIn(asked: unknown, field: string): string[] {
  const named = ((asked ?? {}) as Record<string, unknown>)[field];
  return [named].flat().filter((id): id is string => typeof id === 'string' && id.includes('.'));
}

/** Their states over the time of the Run. Throws `run.not_found`, `home.call_*`, `link.lost`. */
export async function statesOfRun(
  { parts, lives }: Pick<Place, 'parts' | 'lives'>,
  id: string,
): Promise<RunStates> {
  const { db } = parts.store;
  const row = await getRun(db, id);
  if (!row) throw new TomteError('run.not_found', `There is no Run ${id}`);
  const { steps } = await parts.engine.view(parts.place, id);
  const actions = await listActions(db, { run: id, limit: actionsMax });
  const entities = entitiesOfRun({ actions: actions.toReversed(), steps, trigger: row.trigger });
  return runStates(lifeOf(lives(), row.home_id), row, { entities, now: parts.clock.now() });
}

/** With some time on both sides. */
async function runStates(
  life: Pick<HomeLife, 'link'>,
  run: Pick<RunRow, 'created_at' | 'ended_at'>,
  o: { readonly entities: readonly string[]; readonly now: number },
): Promise<RunStates> {
  const { mirror, call } = life.link;
  const began = run.created_at.getTime();
  const end = run.ended_at?.getTime() ?? o.now;
  const besideMs = Math.max(besideMinMs, (end - began) / 10);
  const [from, to] = [began - besideMs, Math.min(o.now, end + besideMs)];
  const entities = o.entities.filter((id) => mirror.info(id)).slice(0, entitiesMax);
  const found =
    entities.length === 0
      ? new Map<string, EntityState[]>()
      : await stateHistory(call, { entities, from, to });
  return {
    from: iso(from),
    to: iso(to),
    lanes: entities.flatMap((id) => {
      const info = mirror.info(id)!;
      const states: { at: string; state: string }[] = [];
      for (const { state, lastUpdated } of found.get(id) ?? [])
        if (state !== states.at(-1)?.state)
          states.push({ at: iso(Math.max(from, lastUpdated)), state });
      if (states.length === 0) return [];
      const { name, unit, deviceClass, domain } = info;
      return [{ entity: id, name, unit, deviceClass, domain, states: states.slice(-statesMax) }];
    }),
  };
}
