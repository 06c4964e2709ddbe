/** Outside facts, with their age: kept while they are valid, and beyond that while their source fails. */
import { createHash } from 'node:crypto';
import type { AskedHome, ConnectorDefinition } from '@tomte/sdk/connector';
import { type ErrorBody, isError, TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import type { GuardedFetch } from '../lib/egress.ts';
import type { Extensions } from '../lib/extensions.ts';
import type { Log } from '../lib/log.ts';
import { backoffMs } from '../lib/retry.ts';
import { scrub } from '../lib/secret.ts';
import {
  type ConnectorId,
  countRequest,
  type FactsId,
  type FactsRow,
  failFacts,
  keepFacts,
  readFacts,
} from '../store/connectors.ts';
import type { Store } from '../store/open.ts';
import type { Key } from '../store/seal.ts';
import { openSource } from './source.ts';

export type Connectors = Extensions<ConnectorDefinition>;

export interface FactsAnswer {
  readonly value: unknown;
  /** When the source said so, epoch ms. */
  readonly asOf: number;
  readonly validUntil: number;
  /** True when it is older than it should be, because the newest attempt failed. */
  readonly stale: boolean;
  /** Why that attempt failed. */
  readonly error: ErrorBody['error'] | null;
}

export interface FactsParts {
  readonly store: Store;
  readonly key: Key;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly connectors: Connectors;
  readonly fetch: GuardedFetch;
  /** Throws home.not_found. */
  readonly home: (home: string) => AskedHome;
}

export interface FactsRoom {
  /**
   * What a Connector says; the last good answer, marked stale, while its source fails. Throws
   * connect.not_found, connect.query_invalid, and where there never was a good answer why there is none.
   */
  facts(id: ConnectorId, query: unknown, o?: { readonly anew?: boolean }): Promise<FactsAnswer>;
  /** Gives up what is under way. */
  close(): Promise<void>;
}

const pauses = { firstMs: 30_000, maxMs: 3_600_000 };
const dayMs = 86_400_000;
const validMs = { min: 60_000, max: 7 * dayMs };
const dailyMaxUsual = 500;

/** Why it failed, as it is kept: `failures` in a row, and when it is tried next, epoch ms. */
type Failure = ErrorBody['error'] & { failures: number; nextAt: number };

export function openFacts(parts: FactsParts): FactsRoom {
  const { clock } = parts;
  const { db } = parts.store;
  const underWay = new Map<string, Promise<FactsAnswer>>();
  const stop = new AbortController();

  /** One question that several ask at the same time is asked once. */
  function once(id: FactsId, work: () => Promise<FactsAnswer>): Promise<FactsAnswer> {
    const name = JSON.stringify([id.home, id.connector, id.key]);
    let one = underWay.get(name);
    if (!one) {
      one = work().finally(() => underWay.delete(name));
      underWay.set(name, one);
    }
    return one;
  }

  async function refresh(
    id: FactsId,
    definition: ConnectorDefinition,
    query: Record<string, unknown>,
  ): Promise<FactsAnswer> {
    const source = await openSource(parts, id, definition);
    try {
      await countOne(id, definition);
      const { facts, validUntil } = await source.ask(query, stop.signal);
      const fetchedAt = clock.now();
      const until = Math.min(
        Math.max(validUntil, fetchedAt + validMs.min),
        fetchedAt + validMs.max,
      );
      await keepFacts(db, id, {
        value: facts,
        fetchedAt: new Date(fetchedAt),
        validUntil: new Date(until),
      });
      return { value: facts, asOf: fetchedAt, validUntil: until, stale: false, error: null };
    } catch (error) {
      if (stop.signal.aborted || !isError(error)) throw error;
      return failed(id, definition, error);
    }
  }

  /** Throws connect.daily_cap. */
  async function countOne(id: FactsId, { dailyMax = dailyMaxUsual }: ConnectorDefinition) {
    const now = clock.now();
    const day = new Date(now).toISOString().slice(0, 10);
    const count = await countRequest(db, id, { day, at: new Date(now) });
    if (count <= dailyMax) return;
    throw new TomteError('connect.daily_cap', `${id.connector} was asked ${dailyMax} times today`);
  }

  async function failed(
    id: FactsId,
    definition: ConnectorDefinition,
    error: TomteError,
  ): Promise<FactsAnswer> {
    const row = await readFacts(db, id);
    const failures = ((row?.error as Failure | null)?.failures ?? 0) + 1;
    const now = clock.now();
    const body = JSON.parse(scrub(JSON.stringify(error.toJSON().error))) as ErrorBody['error'];
    const failure: Failure = { ...body, failures, nextAt: now + pauseMs(error, failures, now) };
    await failFacts(db, id, { error: failure, at: new Date(now) });
    parts.log.warn(
      { home: id.home, connector: id.connector, code: error.code, failures },
      'outside facts could not be read',
    );
    return lastGood(definition, row, failure);
  }

  function pauseMs(error: TomteError, failures: number, now: number): number {
    if (error.code === 'connect.daily_cap') return dayMs - (now % dayMs);
    // It says itself when it is back.
    if (error.code === 'link.lost') return pauses.firstMs;
    return backoffMs(failures - 1, pauses, parts.random);
  }

  return {
    async facts(id, query, { anew = false } = {}) {
      const definition = definitionOf(parts.connectors, id.connector);
      // A home that is not looked after has no row to keep anything in.
      parts.home(id.home);
      const asked = definition.query.safeParse(query ?? {});
      if (!asked.success) throw wrongQuery(id.connector, asked.error.issues);
      const one = { ...id, key: keyOf(asked.data) };
      const row = await readFacts(db, one);
      const now = clock.now();
      const kept = goodFacts(definition, row);
      if (!anew && kept && now < kept.validUntil) return { ...kept, stale: false, error: null };
      const failure = (row?.error as Failure | null) ?? null;
      if (!anew && failure && now < failure.nextAt) return lastGood(definition, row, failure);
      return once(one, () => refresh(one, definition, asked.data));
    },
    async close() {
      stop.abort(new TomteError('link.stopped', 'Tomte is stopping'));
      await Promise.allSettled(underWay.values());
    },
  };
}

/** `http-json:prices` is an `http-json` of its own. Throws connect.not_found. */
export function definitionOf(connectors: Connectors, connector: string): ConnectorDefinition {
  const [, kind = ''] = /^([a-z][a-z0-9-]*)(?::[a-z0-9][a-z0-9-]{0,39})?$/.exec(connector) ?? [];
  const definition = connectors.get(kind);
  if (definition) return definition;
  throw new TomteError('connect.not_found', `There is no connector ${connector}`, {
    details: { expected: [...connectors.keys()] },
  });
}

/** The same question, however its fields were ordered. */
function keyOf(query: Record<string, unknown>): string {
  const text = JSON.stringify(Object.fromEntries(Object.entries(query).sort()));
  return text.length <= 500 ? text : createHash('sha256').update(text).digest('hex');
}

type Good = Pick<FactsAnswer, 'value' | 'asOf' | 'validUntil'>;

/** What is kept and still has the form that is promised; an update of Tomte may have changed it. */
function goodFacts(definition: ConnectorDefinition, row: FactsRow | undefined): Good | null {
  if (!row || row.fetched_at.getTime() === 0) return null;
  const { success, data } = definition.facts.safeParse(row.value);
  const [asOf, validUntil] = [row.fetched_at.getTime(), row.valid_until.getTime()];
  return success ? { value: data, asOf, validUntil } : null;
}

function lastGood(
  definition: ConnectorDefinition,
  row: FactsRow | undefined,
  { failures: _failures, nextAt: _nextAt, ...error }: Failure,
): FactsAnswer {
  const good = goodFacts(definition, row);
  if (good === null) throw TomteError.fromBody({ error });
  return { ...good, stale: true, error };
}

const wrongQuery = (
  connector: string,
  issues: readonly { path: PropertyKey[]; message: string }[],
): TomteError => {
  const problems = issues.map(({ path, message }) => ({
    path: path.join('.') || '(all)',
    expected: message,
  }));
  const words = problems.map(({ path, expected }) => `${path}: ${expected}`).join('; ');
  return new TomteError('connect.query_invalid', `${connector}: ${words}`, {
    details: { problems },
  });
};
