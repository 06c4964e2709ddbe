import type { Tomte } from '@tomte/sdk/operations';
import type { Run, RunPage } from '@tomte/sdk/types';
import type { Clock } from '../lib/clock.ts';

/** What is new of a Run, in the order it is told. */
export type RunNews =
  | { readonly type: 'begun' | 'ended'; readonly run: Run }
  | { readonly type: 'step'; readonly id: string; readonly step: RunPage['steps'][number] }
  | { readonly type: 'log'; readonly id: string; readonly at: string; readonly text: string };

/** What was told of it. */
interface Told {
  begun: boolean;
  /** Of the steps told, those that still wait. */
  waiting: number[];
  steps: number;
  logs: number;
  ended: boolean;
}

const pauseMs = 1_000;
const runsMax = '100';
const nothing = () => ({ begun: false, waiting: [], steps: 0, logs: 0, ended: false });

export interface FollowOptions {
  readonly tomte: Pick<Tomte, 'listRuns' | 'getRun'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Ends it in order. */
  readonly stop: AbortSignal;
  /** One Run, until it has ended; else all that are open and all that begin. */
  readonly id?: string | undefined;
  readonly filter: { readonly home?: string; readonly workflow?: string };
  readonly tell: (news: RunNews) => void;
}

/** Tells what Runs do, as they do it; looks once a second. */
export async function follow(o: FollowOptions): Promise<void> {
  const { tomte, stop } = o;
  const told = new Map<string, Told>();
  const look = async (id: string): Promise<Told> => {
    const known: Told = told.get(id) ?? nothing();
    if (!known.ended) for (const news of newsOf(known, await tomte.getRun({ id }))) o.tell(news);
    told.set(id, known);
    return known;
  };
  for (let first = true; !stop.aborted; first = false) {
    if (o.id !== undefined) {
      if ((await look(o.id)).ended) return;
    } else {
      const runs = await tomte.listRuns({ ...o.filter, limit: runsMax });
      for (const { id, endedAt } of runs.toReversed()) {
        // What was over before is no news.
        if (first && endedAt !== null) told.set(id, { ...nothing(), ended: true });
        else await look(id);
      }
      // One that waits longer than a hundred others take is not in the list any more.
      const listed = new Set(runs.map(({ id }) => id));
      for (const [id, { ended }] of told) {
        if (listed.has(id)) continue;
        if (ended || (await look(id)).ended) told.delete(id);
      }
    }
    await o.clock.sleep(pauseMs, stop).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
  }
}

/** What the page shows beyond what was told, which is moved on. A wait is told again when it is over. */
function newsOf(told: Told, page: RunPage): RunNews[] {
  const { id, home, workflow, state, reason, createdAt, endedAt, error } = page;
  const run: Run = { id, home, workflow, state, reason, createdAt, endedAt, error };
  const news: RunNews[] = told.begun ? [] : [{ type: 'begun', run }];
  const waits = (at: number) => page.steps[at]?.endedAt === null;
  const over = told.waiting.filter((at) => !waits(at));
  const fresh = page.steps.map((_, at) => at).slice(told.steps);
  const steps = [...over, ...fresh].map(
    (at) => ({ type: 'step', id, step: page.steps[at]! }) as const,
  );
  const lines = page.logs.slice(told.logs).map((line) => ({ type: 'log', id, ...line }) as const);
  const when = (one: RunNews) => {
    if (one.type === 'log') return one.at;
    return one.type === 'step' ? (one.step.endedAt ?? one.step.startedAt ?? '') : '';
  };
  news.push(...[...steps, ...lines].sort((a, b) => when(a).localeCompare(when(b))));
  told.begun = true;
  told.waiting = [...told.waiting, ...fresh].filter(waits);
  told.steps = page.steps.length;
  told.logs = page.logs.length;
  told.ended = endedAt !== null;
  if (told.ended) news.push({ type: 'ended', run });
  return news;
}
