/** Questions of the past, asked again: of another model, or in other words. Nothing is done with the answers. */
import type { DecideRequest } from '@tomte/sdk/decide';
import { TomteError } from '@tomte/sdk/errors';
import type { Comparison } from '@tomte/sdk/types-decide';
import { compared, type Pair, pairOf } from '../../decide/compare.ts';
import { modelInUse } from '../../decide/in-use.ts';
import { promptOf } from '../../decide/prompt.ts';
import { type Recorded, readRecord } from '../../decide/record.ts';
import { askWithin } from '../../decide/spend.ts';
import { atMost } from '../../lib/at-most.ts';
import { listDecisions } from '../../store/decisions.ts';
import { getModel } from '../../store/models.ts';
import type { PlaceParts } from '../parts.ts';
import type { Decisions } from './decisions.ts';

const dayMs = 86_400_000;
const usualDays = 30;
const sideBySide = 4;
/** Counts in the day's budget under this name. */
const by = 'replay';

export interface Replay {
  readonly home: string;
  readonly model: string;
  readonly days?: number | undefined;
  readonly by?: string | undefined;
  readonly limit?: number | undefined;
  readonly question?: string | undefined;
}

/** Those with answers to compare: two texts are hardly ever the same words. */
export async function pastDecisions(
  { store, clock }: Pick<PlaceParts, 'store' | 'clock'>,
  o: { home?: string; by?: string; days?: number | undefined; limit: number },
): Promise<Recorded[]> {
  const since = clock.now() - (o.days ?? usualDays) * dayMs;
  const rows = await listDecisions(store.db, {
    ...{ since, limit: 1000 },
    ...(o.home === undefined ? {} : { home: o.home }),
    ...(o.by === undefined ? {} : { by: o.by }),
  });
  return rows
    .map(readRecord)
    .filter(({ request }) => request.kind !== 'text')
    .slice(0, o.limit);
}

/** Throws decide.model_not_found, decide.not_agreed, decide.budget_spent. */
export async function replay(
  parts: PlaceParts,
  decisions: Decisions,
  o: Replay,
): Promise<Comparison> {
  const row = await getModel(parts.store.db, o.model);
  if (!row) throw new TomteError('decide.model_not_found', `${o.model} is not set up`);
  if (row.agreed_at === null) {
    throw new TomteError('decide.not_agreed', `Nobody has agreed yet to what ${o.model} is told`);
  }
  const model = modelInUse(decisions.inUse, row, o.home);
  const privacy = await decisions.privacy(o.home);
  const records = await pastDecisions(parts, {
    ...{ home: o.home, days: o.days, limit: o.limit ?? usualDays },
    ...(o.by === undefined ? {} : { by: o.by }),
  });
  const inTurn = atMost(sideBySide);
  const { signal } = new AbortController();
  async function again(record: Recorded): Promise<Pair> {
    const { question = record.request.question } = o;
    const request = { ...record.request, question } as DecideRequest;
    const prompt = promptOf(request, { privacy, look: record.look });
    const deadlineMs = decisions.settings.get().deadlineSeconds * 1000;
    const told = await askWithin(decisions.purse, prompt, {
      ...{ home: o.home, by, model, clock: parts.clock, deadlineMs, signal },
    });
    if (typeof told === 'string') {
      throw new TomteError('decide.budget_spent', `${o.model} may not be asked now: ${told}`);
    }
    return pairOf(record, told, record.choice);
  }
  const pairs = await Promise.all(records.map((record) => inTurn(() => again(record))));
  return compared({ model: o.model, beside: 'what was decided' }, pairs);
}
