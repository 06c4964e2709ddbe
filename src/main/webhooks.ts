/** Webhooks of workflows: a secret path, a signed body, each delivery once. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { TomteError } from '@tomte/sdk/errors';
import type { NewWebhook, Webhook } from '@tomte/sdk/types-runs';
import { iso, isoOrNull } from '../lib/clock.ts';
import { readable, seal, unseal } from '../store/seal.ts';
import {
  addDelivery,
  findWebhook,
  lastCalls,
  listWebhooks,
  saveWebhook,
  type WebhookRow,
  wasDelivered,
} from '../store/webhooks.ts';
import type { PlaceParts } from './parts.ts';

/** How far the sender's clock may be off. What is older could be a replay. */
const offMaxMs = 300_000;

export interface Posted {
  readonly path: string;
  /** `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of `t.body`. */
  readonly signature: string;
  /** The sender's own id of this message, the same when it is sent again; null without. */
  readonly delivery: string | null;
  readonly body: string;
}

type Parts = Pick<PlaceParts, 'store' | 'key' | 'clock' | 'engine' | 'place'>;

/**
 * Starts what waits for it. Throws `webhook.not_found`, `webhook.signature_wrong`, `webhook.stale`.
 * A message that came before starts nothing and is said to be repeated.
 */
export async function receive(
  parts: Parts,
  posted: Posted,
): Promise<{ runs: number; repeated: boolean }> {
  const { store, clock } = parts;
  const pathHash = hashOf(posted.path);
  const row = await findWebhook(store.db, pathHash);
  if (!row) throw new TomteError('webhook.not_found', 'There is no webhook with this address');
  const mac = checkedSignature(posted, openSealed(parts, row).key, clock.now());
  const id = posted.delivery ?? mac;
  // The id of a delivery is not signed: alone it would let a message be sent again under another.
  const ids = [...new Set([`mac ${mac}`, `id ${id}`])];
  const at = clock.now();
  const { workflow, name, home_id: home } = row;
  const fired = { kind: 'webhook', workflow, name, body: bodyOf(posted.body), id, at } as const;
  if (await wasDelivered(store.db, { pathHash, ids })) return { runs: 0, repeated: true };
  // Before the delivery is noted: after a crash in between it comes again, and must be heard then.
  await parts.engine.heard(parts.place, home, fired);
  const begun = await store.transaction(async (tx) => {
    if (!(await addDelivery(tx, { pathHash, ids, at: new Date(at) }))) return null;
    return parts.engine.journal(tx, parts.place, home, fired);
  });
  if (begun === null) return { runs: 0, repeated: true };
  await begun.begin();
  return { runs: begun.ids.length - begun.refused.length, repeated: false };
}

/** Answers the signature itself. The time is checked after it, so that only the sender learns of it. */
function checkedSignature({ signature, body }: Posted, key: string, now: number): string {
  const [, seconds, given] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  const mac = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  if (!given || !timingSafeEqual(Buffer.from(given), Buffer.from(mac))) {
    throw new TomteError('webhook.signature_wrong', 'The signature of the message is not right');
  }
  const offMs = Math.abs(now - Number(seconds) * 1000);
  if (offMs > offMaxMs) {
    throw new TomteError('webhook.stale', 'The message was signed too long ago, or in the future', {
      details: { offSeconds: Math.round(offMs / 1000) },
    });
  }
  return mac;
}

/** JSON as what it says, anything else as text. */
function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** Webhooks of a workflow: those it names, and those that have an address. */
export async function webhooksOf(
  parts: Parts,
  o: { home: string; workflow: string; names: readonly string[] },
): Promise<Webhook[]> {
  const { db } = parts.store;
  const owner = { home_id: o.home, workflow: o.workflow };
  const rows = await listWebhooks(db, owner);
  const calls = await lastCalls(db, owner);
  return [...new Set([...o.names, ...rows.map(({ name }) => name)])].sort().map((name) => {
    const row = rows.find((one) => one.name === name);
    // Sealed with a key that is lost, it is of no use to anybody.
    const isMade = row !== undefined && readable(() => openSealed(parts, row));
    const madeAt = isMade ? iso(row.made_at.getTime()) : null;
    return { name, madeAt, lastCalledAt: isoOrNull(calls.get(name)?.getTime()) };
  });
}

/** A new path and a new key, told this once; the old ones are worth nothing from now on. */
export async function makeWebhook(
  parts: Parts,
  o: { home: string; workflow: string; name: string; publicUrl: string | null },
): Promise<NewWebhook> {
  const { db } = parts.store;
  const path = randomBytes(32).toString('base64url');
  const key = randomBytes(32).toString('base64url');
  const row = { home_id: o.home, workflow: o.workflow, name: o.name };
  const sealed = seal(parts.key, JSON.stringify({ path, key }), boundTo(row));
  const madeAt = new Date(parts.clock.now());
  await parts.store.transaction((tx) =>
    saveWebhook(tx, { ...row, sealed, path_hash: hashOf(path), made_at: madeAt }),
  );
  const last = (await lastCalls(db, row)).get(o.name);
  const base = o.publicUrl?.replace(/\/$/, '') ?? null;
  return {
    ...{ name: o.name, madeAt: iso(madeAt.getTime()), lastCalledAt: isoOrNull(last?.getTime()) },
    ...{ path: `hooks/${path}`, url: base === null ? null : `${base}/hooks/${path}`, key },
  };
}

const hashOf = (path: string): string => createHash('sha256').update(path).digest('hex');
const boundTo = (row: Pick<WebhookRow, 'home_id' | 'workflow' | 'name'>): string =>
  `webhooks/${row.home_id}/${row.workflow}/${row.name}`;

const openSealed = (parts: Pick<Parts, 'key'>, row: WebhookRow) =>
  JSON.parse(unseal(parts.key, row.sealed, boundTo(row)).toString('utf8')) as {
    path: string;
    key: string;
  };
