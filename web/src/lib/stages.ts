/** The stages of one press of Authorize, as the list of the screen. Pure. */
import type { ErrorBody } from '@tomte/sdk/errors';
import type { ProbeStage, ProbeStageName } from '@tomte/sdk/types';

export type Fault = Omit<ErrorBody['error'], 'code'> & { readonly code: string };

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
  // A token that is no token is told before the way is walked: only what went well was reached.
  const reached = Math.max(
    -1,
    ...told.map((s) => (s.ok ? stageNames.findIndex(([name]) => name === s.stage) : -1)),
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
