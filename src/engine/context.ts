import { decideRequest } from '@tomte/sdk/decide';
import type { DecidedOf, DecideRequest, HomeView, WorkflowContext } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { scheduleAsked } from '@tomte/sdk/types-choice';
import type { z } from 'zod';
import type { Body } from './body.ts';
import { actIn } from './context-act.ts';
import { storeIn } from './context-store.ts';
import { waitsIn } from './context-wait.ts';
import type { Effects } from './effects.ts';
import type { JournalledRun } from './journal.ts';
import type { Places } from './places.ts';

/** What the calls of a workflow are made of. */
export interface ContextOptions {
  readonly run: JournalledRun;
  readonly effects: Effects;
  readonly body: Pick<Body, 'step' | 'wait' | 'now'>;
  /** Names a call by its kind and its place among its kind (`alert 1`, `alert 2`). */
  readonly next: (kind: string) => string;
  readonly db: ReturnType<Places['get']>['store']['db'];
  readonly log: (text: string) => void;
  /** Nobody is told and nothing is switched: nobody is asked either. */
  readonly shut: boolean;
  readonly now: () => number;
  /** Journals the Run of a called workflow and starts it; answers its id. */
  readonly callRun: (workflow: string, input: unknown, step: string) => Promise<string>;
}

/**
 * All a workflow can reach. Each effect is one step, named by its kind and its place among its kind, so
 * that a replay finds it and a page can tell it.
 */
export function workflowContext(o: ContextOptions): WorkflowContext {
  const { run, effects, body, next } = o;
  const { home, workflow, id } = run;
  return {
    run: id,
    home: homeIn(o),
    trigger: run.fired,
    step: (name, work, options = {}) =>
      body.step({ kind: 'step', name: String(name).slice(0, 200), input: null, work, ...options }),
    ...waitsIn(o),
    alert(request) {
      const name = next('alert');
      return body.step({
        ...{ kind: 'alert', name, input: request },
        work: () => effects.alert({ ...request, home, workflow, run: id, step: name }),
      });
    },
    resolve: (key, last) =>
      body.step({
        ...{ kind: 'resolve', name: next('resolve'), input: { key, ...last } },
        work: () => effects.resolve(home, key, last),
      }),
    act: actIn(o),
    fetch(url, options = {}) {
      const name = next('fetch');
      const idempotencyKey = `${id}/${name}`;
      return body.step({
        ...{
          kind: 'fetch',
          name,
          input: { url: withoutQuery(url), method: options.method ?? 'GET' },
        },
        work: () => effects.fetch(home, { url, options, idempotencyKey, workflow }),
        ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
      });
    },
    facts: (connector, query = {}) =>
      body.step({
        ...{ kind: 'facts', name: next('facts'), input: { connector, query } },
        work: () => effects.facts(home, connector, query),
      }),
    decide<R extends DecideRequest>(request: R) {
      const name = next('decide');
      return body.step({
        ...{ kind: 'decide', name, input: request },
        work: async () =>
          (await effects.decide(home, {
            request: asked('decide', decideRequest, request),
            workflow,
            key: `${id}/${name}`,
          })) as DecidedOf<R>,
      });
    },
    store: storeIn(o),
    now: () => body.now(),
    log: (message) => o.log(String(message)),
  };
}

function homeIn({ run, effects, body, next, now }: ContextOptions): HomeView {
  const { id, name, zone } = effects.homeFacts(run.home);
  const look = <T>(what: string, input: unknown, work: () => Promise<T>) =>
    body.step({ kind: 'look', name: next(what), input, work });
  const window = ({ from, to }: { from: number; to?: number }) => {
    const until = to ?? now();
    if (!(Number.isFinite(from) && Number.isFinite(until) && from <= until)) {
      throw new TomteError('run.call_invalid', 'A window needs from and to, in epoch ms');
    }
    return { from, to: until };
  };
  return {
    ...{ id, name, zone },
    state: (entity) => look('state', { entity }, () => effects.state(id, entity)),
    states: (selector) => look('states', selector, () => effects.states(id, selector)),
    entities: (selector) => look('entities', selector, () => effects.entities(id, selector)),
    history: (entity, w) =>
      look('history', { entity, ...w }, async () => effects.history(id, entity, window(w))),
    statistics: (statistic, w) =>
      look('statistics', { id: statistic, ...w }, async () =>
        effects.statistics(id, statistic, window(w)),
      ),
    plan: (asked) => look('plan', asked, () => effects.plan(id, asked)),
    chooseSchedule: (wanted) =>
      look('chooseSchedule', wanted, () =>
        effects.chooseSchedule(id, asked('chooseSchedule', scheduleAsked, wanted)),
      ),
  };
}

/** Queries and fragments may carry keys; they are not for the Run's page. */
const withoutQuery = (url: string): string => String(url).replace(/[?#].*$/s, '?…');

/** Throws run.call_invalid. */
function asked<T>(what: string, schema: z.ZodType, request: T): T {
  const { success, error } = schema.safeParse(request);
  if (success) return request;
  const words = error.issues.map(
    ({ path, message }) => `${path.join('.') || 'request'}: ${message}`,
  );
  throw new TomteError('run.call_invalid', `${what} was asked wrongly: ${words.join('; ')}`);
}
