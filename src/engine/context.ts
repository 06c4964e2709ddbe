import type { WorkflowContext } from '@tomte/sdk/define';
import { wholeAction } from '@tomte/sdk/home';
import type { Log } from '../lib/log.ts';
import type { Effects } from './effects.ts';
import type { JournalledRun } from './journal.ts';
import type { Steps } from './step.ts';

/**
 * All a workflow can reach. Each effect is one step, named by its kind and its place among its kind
 * (`alert 1`, `alert 2`), so that a replay finds it and a page can tell it.
 */
export function workflowContext(o: {
  run: JournalledRun;
  effects: Effects;
  step: Steps;
  log: Log;
}): WorkflowContext {
  const { run, effects, step, log } = o;
  const counts = new Map<string, number>();
  const next = (kind: string) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return `${kind} ${count}`;
  };
  return {
    run: run.id,
    home: effects.homeFacts(run.home),
    trigger: run.fired,
    step: (name, body) => step(name, null, body),
    alert(request) {
      const name = next('alert');
      const { home, workflow, id } = run;
      return step(name, request, () =>
        effects.alert({ ...request, home, workflow, run: id, step: name }),
      );
    },
    resolve: (key, last) =>
      step(next('resolve'), { key, ...last }, () => effects.resolve(run.home, key, last)),
    act(written) {
      const action = wholeAction(written);
      const name = next('act');
      return step(name, action, () =>
        effects.act(run.home, action, {
          askedBy: `workflow:${run.workflow}`,
          key: `${run.id}/${name}`,
        }),
      );
    },
    log: (message) => log.info({ home: run.home, workflow: run.workflow, run: run.id }, message),
  } as Partial<WorkflowContext> as WorkflowContext;
}
