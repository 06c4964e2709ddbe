import { isError, TomteError } from '@tomte/sdk/errors';
import type { LinkAnswer, LinkRequest, ProbeStage } from '@tomte/sdk/types';
import { type Authorized, authorize } from '../home/authorize.ts';
import { addHome, changeHome, getHome, type HomeRow, listHomes } from '../store/homes.ts';
import { seal } from '../store/seal.ts';
import type { Parts, StoreParts } from './operations-homes.ts';

export type Attempt = {
  onStage(stage: ProbeStage): void;
  signal?: AbortSignal;
  onLinked?: () => Promise<void>;
};

/** Authorize: the test request, and only when everything is right the home is kept and looked after. */
export async function keepHome(
  place: Parts,
  request: LinkRequest,
  o: Attempt,
): Promise<LinkAnswer> {
  const { clock } = place.parts;
  const probe: ProbeStage[] = [];
  const authorized = await authorize(request, {
    clock,
    onStage: (stage) => {
      probe.push(stage);
      o.onStage(stage);
    },
    ...(o.signal ? { signal: o.signal } : {}),
  });
  if (!authorized.ok) return authorizedAnswer(authorized);
  return place.inTurn(() =>
    keepAuthorized(place, request, authorized, probe, async (row) => {
      await place.begin(row, authorized.token);
      await o.onLinked?.();
    }),
  );
}

export const authorizedAnswer = (found: Extract<Authorized, { ok: false }>): LinkAnswer => ({
  ok: false,
  error: found.error.toJSON().error,
  probe: found.probe,
});

/** Keeps a home that answered well, unless it is linked already. */
export async function keepAuthorized(
  place: StoreParts,
  request: LinkRequest,
  found: Extract<Authorized, { ok: true }>,
  probe: ProbeStage[] = [],
  then: (row: HomeRow) => Promise<void> = async () => {},
): Promise<LinkAnswer> {
  let row: HomeRow;
  try {
    row = await keep(place, request, found);
  } catch (error) {
    if (!isError(error, 'link.already_linked')) throw error;
    return { ok: false, error: error.toJSON().error, probe };
  }
  await then(row);
  return {
    ok: true,
    home: { ...found.facts, id: row.id, name: row.name },
    warnings: found.warnings,
  };
}

async function keep(
  place: StoreParts,
  request: LinkRequest,
  found: Extract<Authorized, { ok: true }>,
): Promise<HomeRow> {
  const { store, key } = place.parts;
  const { facts } = found;
  const homes = await listHomes(store.db);
  const same = homes.find(
    (h) =>
      (found.instance !== null && h.instance === found.instance) || h.address === facts.address,
  );
  if (same && !request.replace) {
    throw new TomteError(
      'link.already_linked',
      `${same.name} at ${same.address} is linked already`,
      {
        details: { home: same.id },
      },
    );
  }
  const id =
    same?.id ??
    freeId(
      request.name ?? facts.name,
      homes.map((h) => h.id),
    );
  const row = {
    id,
    name: request.name ?? same?.name ?? facts.name,
    instance: found.instance,
    address: facts.address,
    version: facts.version,
    time_zone: facts.timeZone,
    currency: facts.currency,
    user_name: facts.user.name,
    user_id: found.userId,
    user_admin: facts.user.admin,
    token_sealed: seal(key, found.token.reveal(), `home:${id}`),
    token_issued_at: facts.token.issuedAt,
    token_expires_at: facts.token.expiresAt,
    pinned_certificate: found.pin,
    allow_plain_http: request.allowPlainHttp ?? false,
    entities: facts.entities,
  };
  if (same) await changeHome(store.db, id, row);
  else await addHome(store.db, row);
  return (await getHome(store.db, id))!;
}

/** `Villa Berg` becomes `villa-berg`; a second one `villa-berg-2`. */
function freeId(name: string, taken: readonly string[]): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const base =
    plain
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 40) || 'home';
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.includes(id)) return id;
  }
}
