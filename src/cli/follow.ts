import { isError, TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { Run, RunPage } from '@tomte/sdk/types';
import type { Clock } from '../lib/clock.ts';

type Step = RunPage['steps'][number];

/** What is new of a Run, in the order it is told. */
export type RunNews =
  | { readonly type: 'begun' | 'ended'; readonly run: Run }
  | { readonly type: 'step'; readonly id: string; readonly step: Step }
  | { readonly type: 'log'; readonly id: string; readonly at: string; readonly text: string };

/** What was told of it. */
interface Told {
  begun: boolean;
  /** By position. */
  readonly steps: Map<number, 'waits' | 'over'>;
  logs: number;
  ended: boolean;
}

const pauseMs = 1_000;
const runsMax = '100';
const nothing = (): Told => ({ begun: false, steps: new Map(), logs: 0, ended: false });

export interface FollowOptions {
  readonly tomte: Pick<Tomte, 'listRuns' | 'getRun' | 'status'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Ends it in order. */
  readonly stop: AbortSignal;
  /** One Run, until it has ended; else all that are open and all that begin. */
  readonly id?: string | undefined;
  readonly filter: { readonly home?: string; readonly workflow?: string };
  readonly tell: (news: RunNews) => void;
}

/** Tells what Runs do, as they do it. Throws `cli.service_unreachable` without a running Tomte, and when it ends. */
export async function follow(o: FollowOptions): Promise<void> {
  // The folder alone has Runs too, and none of them does anything.
  await o.tomte.status({});
  try {
    await followAll(o);
  } catch (error) {
    if (isError(error)) throw error;
    throw new TomteError('cli.service_unreachable', 'Tomte no longer answers', { cause: error });
  }
}

/** Looks once a second. */
async function followAll(o: FollowOptions): Promise<void> {
  const { tomte, stop } = o;
  const told = new Map<string, Told>();
  const look = async (id: string): Promise<Told> => {
    const known = told.get(id) ?? nothing();
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
  const isNews = ({ position, endedAt: end }: Step) =>
    end === null ? !told.steps.has(position) : told.steps.get(position) !== 'over';
  const steps = page.steps.filter(isNews).map((step) => ({ type: 'step', id, step }) as const);
  const lines = page.logs.slice(told.logs).map((line) => ({ type: 'log', id, ...line }) as const);
  const when = (one: (typeof steps)[number] | (typeof lines)[number]) =>
    one.type === 'log' ? one.at : (one.step.endedAt ?? one.step.startedAt ?? '');
  news.push(...[...steps, ...lines].sort((a, b) => when(a).localeCompare(when(b))));
  told.begun = true;
  for (const { step } of steps) told.steps.set(step.position, step.endedAt ? 'over' : 'waits');
  told.logs = page.logs.length;
  told.ended = endedAt !== null;
  if (told.ended) news.push({ type: 'ended', run });
  return news;
}
