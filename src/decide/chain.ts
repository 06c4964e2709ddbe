/**
 * The record of Decisions, one chain a home: each record is sealed together with the one before it, by a
 * key that is not in the database. So a record that was changed, removed or moved is found.
 */
import { createHmac } from 'node:crypto';
import type { AuditFault } from '@tomte/sdk/types-decide';
import {
  addDecision,
  type ChainRow,
  chainPart,
  type DecisionRow,
  dropDecisions,
  getChain,
  lastOfOlder,
  lockChain,
  saveChain,
} from '../store/decisions.ts';
import type { Store } from '../store/open.ts';
import type { Key } from '../store/seal.ts';
import type { Db } from '../store/tables.ts';

type Sealed = Omit<DecisionRow, 'seal'>;
type Chain = Omit<ChainRow, 'seal'>;

const mac = (key: Key, parts: readonly (string | number | null)[]): string =>
  createHmac('sha256', createHmac('sha256', key).update('decisions').digest())
    .update(JSON.stringify(parts))
    .digest('hex');

const sealOf = (key: Key, before: string, row: Sealed): string =>
  mac(key, [
    ...[before, row.home_id, row.seq, row.id, row.at, row.asked_by],
    ...[row.key, row.decided_by, row.prompt_hash, row.record],
  ]);

const chainSeal = (key: Key, c: Chain): string =>
  mac(key, ['chain', c.home_id, c.dropped, c.dropped_seal, c.last, c.last_seal]);

const isWhole = (key: Key, chain: ChainRow): boolean => chainSeal(key, chain) === chain.seal;

/** What was false before is not made true by a further record. */
const sealedChain = (key: Key, chain: Chain, before: ChainRow | undefined): ChainRow => ({
  ...chain,
  seal: before && !isWhole(key, before) ? 'broken' : chainSeal(key, chain),
});

/** Adds a record at the end of its home's chain. */
export async function append(
  store: Store,
  key: Key,
  record: (seq: number) => Omit<Sealed, 'seq'>,
  home: string,
): Promise<void> {
  await store.transaction(async (tx) => {
    const before = await lockChain(tx, home);
    const seq = (before?.last ?? 0) + 1;
    const row = { ...record(seq), seq };
    const seal = sealOf(key, before?.last_seal ?? '', row);
    await addDecision(tx, { ...row, seal });
    const { dropped = 0, dropped_seal = '' } = before ?? {};
    const chain = { home_id: home, dropped, dropped_seal, last: seq, last_seal: seal };
    await saveChain(tx, sealedChain(key, chain, before));
  });
}

const partSize = 500;
/** More than these are not listed. */
const faultsMax = 100;

export interface Verified {
  readonly records: number;
  readonly faults: AuditFault[];
  /** Place and seal of the newest record: kept elsewhere, it also shows that a whole database was put back. */
  readonly head: { readonly seq: number; readonly seal: string } | null;
}

/** Reads the whole chain of a home; nothing is changed. */
export async function verify(db: Db, key: Key, home: string): Promise<Verified> {
  const chain = await getChain(db, home);
  const faults: AuditFault[] = [];
  const tell = (fault: AuditFault) => faults.length < faultsMax && faults.push(fault);
  if (chain && !isWhole(key, chain)) {
    tell({ seq: chain.last, what: 'changed', text: 'Where the chain begins and ends was changed' });
  }
  const { expected, records } = await walk(db, key, { home, chain }, tell);
  const last = chain?.last ?? 0;
  if (expected <= last) {
    tell({ seq: expected, what: 'removed', text: `${last - expected + 1} missing at the end` });
  }
  if (expected - 1 > last) tell({ seq: last + 1, what: 'added', text: 'Records after the end' });
  const head = chain ? { seq: chain.last, seal: chain.last_seal } : null;
  return { records, faults, head };
}

/** From where the chain begins now; `expected` is the place after the last that was read. */
async function walk(
  db: Db,
  key: Key,
  o: { home: string; chain: ChainRow | undefined; upTo?: number },
  tell: (fault: AuditFault) => void,
): Promise<{ expected: number; records: number }> {
  const { home, chain, upTo } = o;
  let expected = (chain?.dropped ?? 0) + 1;
  let before = chain?.dropped_seal ?? '';
  let records = 0;
  for (let after = -1; ; ) {
    const rows = await chainPart(db, { home, after, limit: partSize, upTo });
    for (const row of rows) {
      records++;
      if (row.seq > expected) {
        const text = `${row.seq - expected} missing before ${row.seq}`;
        tell({ seq: expected, what: 'removed', text });
      }
      const fault = faultOf(key, before, row, expected);
      if (fault) tell(fault);
      // One fault is told once: what follows is judged by the seal that stands there.
      before = row.seal;
      expected = row.seq + 1;
      after = row.seq;
    }
    if (rows.length < partSize) return { expected, records };
  }
}

/**
 * Records older than `at` (epoch ms) go; the chain remembers where it begins now. Those that are not as
 * they were written stay, and all after them: what shows it must not go. Answers whether that was so.
 */
export async function dropOlder(
  store: Store,
  key: Key,
  home: string,
  at: number,
): Promise<'dropped' | 'kept'> {
  return store.transaction(async (tx) => {
    const chain = await lockChain(tx, home);
    const last = await lastOfOlder(tx, home, at);
    if (!chain || !last) return 'dropped';
    let isFalse = !isWhole(key, chain);
    await walk(tx, key, { home, chain, upTo: last.seq }, () => {
      isFalse = true;
    });
    if (isFalse) return 'kept';
    await dropDecisions(tx, home, last.seq);
    const next = { ...chain, dropped: last.seq, dropped_seal: last.seal };
    await saveChain(tx, sealedChain(key, next, chain));
    return 'dropped';
  });
}

function faultOf(key: Key, before: string, row: DecisionRow, expected: number): AuditFault | null {
  const { seq, id } = row;
  if (seq < expected) return { seq, what: 'added', text: `${id} stands before the chain begins` };
  const own = placeIn(row.record);
  if (own !== null && own !== seq) {
    return { seq, what: 'moved', text: `${id} was number ${own} when it was written` };
  }
  // After a gap the one before is not known: the gap is told, and tells enough.
  if (seq > expected || sealOf(key, before, row) === row.seal) return null;
  return {
    seq,
    what: 'changed',
    text: `${id} is not as it was written, or the one before it is not`,
  };
}

/** The place that a record says it has; null when it cannot be read. */
function placeIn(record: string): number | null {
  try {
    const { seq } = JSON.parse(record) as { seq?: unknown };
    return typeof seq === 'number' ? seq : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
