import type { WorkflowContext } from '@tomte/sdk/workflow';

/** What the engine and a body that lives in another process say to each other beside the context. */
export interface BodyHooks {
  /** The body is thinking and must not be taken for one that waits; the answer ends it. */
  hold(): () => void;
  /** Aborted when this execution is left where it is and nobody wants its outcome any more. */
  readonly dropped: AbortSignal;
}

const hooks = Symbol('hooks');
const none: BodyHooks = { hold: () => () => {}, dropped: new AbortController().signal };

export const withHooks = (context: WorkflowContext, own: BodyHooks): WorkflowContext =>
  Object.assign(context, { [hooks]: own });

export const hooksOf = (context: WorkflowContext): BodyHooks =>
  (context as { [hooks]?: BodyHooks })[hooks] ?? none;
