/** One press of Authorize: its stages as they come, and how it ended. */
import type { ErrorBody } from '@tomte/sdk/errors';
import type { LinkAnswer, LinkRequest, ProbeStage, ProbeStageName } from '@tomte/sdk/types';
import { told, tomte } from './app.svelte.ts';

export type Fault = ErrorBody['error'];

export const stageNames = [
  ['address', 'Address'],
  ['dns', 'Name'],
  ['tcp', 'Reach'],
  ['tls', 'Encryption'],
  ['http', 'Home Assistant'],
  ['websocket', 'WebSocket'],
  ['auth', 'Token'],
] as const satisfies readonly (readonly [ProbeStageName, string])[];

export interface StageRow {
  readonly key: string;
  readonly title: string;
  readonly mark: 'wait' | 'now' | 'done' | 'fail';
  readonly ms: number | null;
  readonly text: string;
}

/** Codes that are known before, or beside, a stage of the way: where their sentence stands. */
const placeOf: Partial<Record<string, ProbeStageName>> = {
  'link.address_invalid': 'address',
  'link.plain_http': 'address',
  'link.token_missing': 'auth',
  'link.token_malformed': 'auth',
  'link.token_expired': 'auth',
};

/** The list of the screen, from what was told so far. Pure. */
export function stageRows(
  told: readonly ProbeStage[],
  trying: boolean,
  fault: Fault | null,
): StageRow[] {
  const ports = new Set(told.filter((s) => s.stage === 'tcp').map((s) => s.port)).size;
  const reached = Math.max(
    -1,
    ...told.map((s) => stageNames.findIndex(([name]) => name === s.stage)),
  );
  const rows: StageRow[] = [];
  let waiting = trying;
  const failed = fault
    ? ([...told].reverse().find((s) => !s.ok)?.stage ?? placeOf[fault.code])
    : undefined;
  for (const [index, [stage, title]] of stageNames.entries()) {
    const mine = told.filter((s) => s.stage === stage);
    const last = mine.at(-1);
    for (const [n, s] of mine.entries()) {
      const here = stage === failed && s === last && !s.ok;
      rows.push({
        key: `${stage}${n}`,
        title: ports > 1 && s.port ? `${title}, port ${s.port}` : title,
        mark: s.ok ? 'done' : 'fail',
        ms: s.ms,
        text: here && fault ? sentence(fault) : s.detail,
      });
    }
    if (mine.length > 0 && last?.ok) continue;
    if (mine.length > 0 && !waiting) continue;
    if (mine.length === 0 && index < reached) {
      rows.push({ key: stage, title, mark: 'done', ms: null, text: 'Not needed here' });
      continue;
    }
    if (mine.length === 0 && stage === failed && fault) {
      rows.push({ key: stage, title, mark: 'fail', ms: null, text: sentence(fault) });
      continue;
    }
    rows.push({
      key: `${stage}next`,
      title: mine.length > 0 ? `${title}, next port` : title,
      mark: waiting ? 'now' : 'wait',
      ms: null,
      text: waiting && mine.length > 0 ? 'Trying the next usual port' : '',
    });
    waiting = false;
  }
  return rows;
}

/** The message and, where it adds something, the person's next action. */
export const sentence = (fault: Fault): string =>
  fault.hint && !fault.message.includes(fault.hint)
    ? `${fault.message.replace(/[.\s]*$/, '.')} ${fault.hint}`
    : fault.message;

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
