/** Decisions in the database: kept once, read back, told. */
import { randomUUID } from 'node:crypto';
import type { DecideRequest } from '@tomte/sdk/decide';
import type { DecisionPage, DecisionRow, LeftRow } from '@tomte/sdk/types-decide';
import { iso } from '../lib/clock.ts';
import { decisionByKey, decisionsByPrompt, type DecisionRow as Row } from '../store/decisions.ts';
import type { Store } from '../store/open.ts';
import type { Key } from '../store/seal.ts';
import type { Book, Entry } from './book.ts';
import { append } from './chain.ts';

/** An Entry with its place, as its text says it. */
export type Recorded = Entry & { readonly id: string; readonly seq: number };

export function openRecord(store: Store, key: Key): Book {
  return {
    async find(home, asked) {
      const row = await decisionByKey(store.db, home, asked);
      return row ? readRecord(row) : null;
    },
    async add(entry) {
      const id = randomUUID();
      const { home, at, by, decidedBy, promptHash } = entry;
      await append(
        store,
        key,
        (seq) => ({
          ...{ home_id: home, id, at, asked_by: by, key: entry.key, decided_by: decidedBy },
          ...{ prompt_hash: promptHash, record: JSON.stringify({ seq, id, ...entry }) },
        }),
        home,
      );
      return id;
    },
  };
}

export const readRecord = (row: Pick<Row, 'record'>): Recorded =>
  JSON.parse(row.record) as Recorded;

/** What a model answered to the same words before, as JSON of the form that was asked for; null for never. */
export async function answeredBefore(
  store: Store,
  home: string,
  hash: string,
): Promise<string | null> {
  for (const row of await decisionsByPrompt(store.db, home, hash)) {
    const said = readRecord(row).told.find(({ raw }) => raw !== null);
    if (said) return said.raw;
  }
  return null;
}

const kindOf = ({ kind = 'choice' }: DecideRequest) => kind;

export function decisionRow(row: Row): DecisionRow {
  const entry = readRecord(row);
  const { home, by, request, choice, reason, decidedBy, why, rule } = entry;
  return {
    ...{ id: row.id, home, seq: row.seq, at: iso(entry.at), by },
    // Keys of Runs are `<run>/<step>`.
    run: entry.key?.includes('/') ? entry.key.split('/')[0]! : null,
    ...{ kind: kindOf(request), question: request.question },
    ...{ choice, reason, decidedBy, why, rule },
    told: entry.told.map(({ answer, raw: _raw, ...told }) => ({
      ...told,
      choice: answer?.choice ?? null,
      reason: answer?.reason ?? '',
    })),
  };
}

export function decisionPage(row: Row): DecisionPage {
  const { request, promptHash, promptTokens, leaves, look } = readRecord(row);
  return {
    ...decisionRow(row),
    request: { ...request },
    look: look && { told: look.told, summed: look.summed ?? 0, of: look.of },
    ...{ promptHash, promptTokens, leaves: [...leaves], seal: row.seal },
  };
}

/** What left the home with this Decision, by host. */
export function leftRows(row: Row): LeftRow[] {
  const { at, by, told, leaves, promptTokens } = readRecord(row);
  return told.flatMap(({ host, model, requests }): LeftRow[] =>
    host === null
      ? []
      : [
          {
            ...{ decision: row.id, at: iso(at), by, host, model, leaves: [...leaves] },
            tokens: promptTokens * requests,
          },
        ],
  );
}
