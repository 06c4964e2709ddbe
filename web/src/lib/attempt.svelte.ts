/** One press of Authorize: its stages as they come, and how it ended. */
import type { LinkAnswer, LinkRequest, ProbeStage } from '@tomte/sdk/types';
import { told, tomte } from './app.svelte.ts';
import type { Fault } from './stages.ts';

export interface Attempt {
  readonly kind: 'idle' | 'trying' | 'failed' | 'linked';
  readonly stages: readonly ProbeStage[];
  readonly fault: Fault | null;
  readonly answer: (LinkAnswer & { ok: true }) | null;
  start(request: LinkRequest): Promise<void>;
  stop(): void;
}

export function attempt(): Attempt {
  let kind = $state<Attempt['kind']>('idle');
  let stages = $state.raw<ProbeStage[]>([]);
  let fault = $state.raw<Fault | null>(null);
  let answer = $state.raw<Attempt['answer']>(null);
  let stopping: AbortController | null = null;

  async function start(request: LinkRequest): Promise<void> {
    stopping?.abort();
    const mine = new AbortController();
    stopping = mine;
    kind = 'trying';
    stages = [];
    fault = null;
    const onStage = (stage: ProbeStage) => {
      if (!mine.signal.aborted) stages = [...stages, stage];
    };
    try {
      const got = await tomte.linkLive(request, onStage, mine.signal);
      if (mine.signal.aborted) return;
      if (got.ok) answer = got;
      else {
        fault = got.error as Fault;
        if (got.probe.length > 0) stages = got.probe;
      }
      kind = got.ok ? 'linked' : 'failed';
    } catch (error) {
      if (mine.signal.aborted) return;
      fault = told(error).toJSON().error;
      kind = 'failed';
    }
  }

  function stop(): void {
    stopping?.abort();
    stages = [];
    fault = null;
    kind = 'idle';
  }

  return {
    get kind() {
      return kind;
    },
    get stages() {
      return stages;
    },
    get fault() {
      return fault;
    },
    get answer() {
      return answer;
    },
    start,
    stop,
  };
}
