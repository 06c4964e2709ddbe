/** Models as a person sets them up: kinds, list, change, what they may do. */
import { TomteError } from '@tomte/sdk/errors';
import type { ModelKind, ModelRow } from '@tomte/sdk/types-decide';
import { z } from 'zod';
import { type Clock, iso, isoOrNull } from '../lib/clock.ts';
import {
  getModel,
  listModels,
  type ModelRow as Row,
  removeModel,
  saveModel,
  setModelState,
} from '../store/models.ts';
import type { Store } from '../store/open.ts';
import type { Key } from '../store/seal.ts';
import {
  clearSettings,
  type Settings,
  shownSettings,
  takeSettings,
} from '../store/sealed-settings.ts';
import { type Models, modelDefinition, modelOwner } from './in-use.ts';
import type { OpenPurse } from './purse.ts';
import type { LiveDecideSettings } from './settings.ts';

const dayMs = 86_400_000;

export interface DeskParts {
  readonly store: Store;
  readonly key: Key;
  readonly clock: Pick<Clock, 'now'>;
  readonly models: Models;
  readonly settings: Pick<LiveDecideSettings, 'get'>;
  /** Left out where nothing is asked, as without a running service. */
  readonly purse?: Pick<OpenPurse, 'restsUntil' | 'forget'>;
}

export const kindsOf = (models: Models): ModelKind[] =>
  [...models].map(([kind, { title, text, settings }]) => ({
    ...{ kind, title, text },
    schema: z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as Record<
      string,
      unknown
    >,
  }));

export const list = async (parts: DeskParts): Promise<ModelRow[]> =>
  (await listModels(parts.store.db)).map((row) => shown(parts, row));

/** Throws decide.model_not_found, api.invalid. */
export async function save(parts: DeskParts, name: string, given: Settings): Promise<ModelRow> {
  const { db } = parts.store;
  const owner = modelOwner(modelDefinition(parts.models, name), parts.key, name);
  const before = (await getModel(db, name)) ?? null;
  const taken = takeSettings(owner, given, before);
  await saveModel(db, { name, ...taken, at: new Date(parts.clock.now()) });
  parts.purse?.forget(name);
  return shown(parts, await found(parts, name));
}

/** Throws decide.model_not_found. */
export async function remove(parts: DeskParts, name: string): Promise<void> {
  if (!(await removeModel(parts.store.db, name))) throw missing(name);
}

/**
 * Throws decide.model_not_found, decide.not_agreed before a person has agreed to what leaves, and
 * decide.watch_first before it was compared for as long as the settings say.
 */
export async function setState(
  parts: DeskParts,
  o: { name: string; state: Row['state']; agree: boolean },
): Promise<ModelRow> {
  const row = await found(parts, o.name);
  const now = parts.clock.now();
  const agreed_at = row.agreed_at ?? (o.agree ? new Date(now) : null);
  if (o.state !== 'off' && agreed_at === null) {
    throw new TomteError('decide.not_agreed', `Nobody has agreed yet to what ${o.name} is told`);
  }
  if (o.state === 'on') refuseUnwatched(parts, row, now);
  const since = o.state === 'watch' ? (row.watch_since ?? new Date(now)) : row.watch_since;
  const watch_since = o.state === 'off' ? null : since;
  await parts.store.transaction((tx) =>
    setModelState(tx, o.name, { state: o.state, watch_since, agreed_at }),
  );
  return shown(parts, await found(parts, o.name));
}

function refuseUnwatched(parts: DeskParts, row: Row, now: number): void {
  // It asks nobody and answers as the rule does.
  if (row.name === 'rule' || row.state === 'on') return;
  const at = mayActAt(parts, row);
  if (at !== null && at <= now) return;
  const { watchDays } = parts.settings.get();
  const when = at === null ? `${watchDays} days` : `until ${iso(at)}`;
  throw new TomteError(
    'decide.watch_first',
    `${row.name} is compared beside the rule first, ${when}`,
  );
}

const mayActAt = ({ settings }: DeskParts, { watch_since }: Row): number | null =>
  watch_since === null ? null : watch_since.getTime() + settings.get().watchDays * dayMs;

async function found(parts: DeskParts, name: string): Promise<Row> {
  const row = await getModel(parts.store.db, name);
  if (row) return row;
  throw missing(name);
}

const missing = (name: string) => new TomteError('decide.model_not_found', `${name} is not set up`);

function shown(parts: DeskParts, row: Row): ModelRow {
  const kind = row.name.split(':')[0]!;
  const definition = parts.models.get(kind);
  return {
    ...{ name: row.name, kind, state: row.state },
    // Its file may be gone.
    title: definition?.title ?? kind,
    settings: shownSettings(definition?.settings, row),
    host: hostOf(parts, row),
    watchSince: isoOrNull(row.watch_since?.getTime()),
    mayActAt: isoOrNull(mayActAt(parts, row)),
    agreedAt: isoOrNull(row.agreed_at?.getTime()),
    restsUntil: isoOrNull(parts.purse?.restsUntil(row.name)),
  };
}

/** From the open settings: no host is a secret. */
function hostOf({ models, key }: DeskParts, row: Row): string | null {
  const definition = models.get(row.name.split(':')[0]!);
  if (!definition) return null;
  return definition.host(clearSettings(modelOwner(definition, key, row.name), row));
}
