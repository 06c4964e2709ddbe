import { isError, TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type {
  EntityRow,
  HomeFacts,
  HomeSummary,
  LinkAnswer,
  LinkRequest,
  ProbeStage,
} from '@tomte/sdk/types';
import { type Authorized, authorize } from '../home/authorize.ts';
import { discover } from '../home/discover.ts';
import { examine } from '../home/doctor.ts';
import { openSocket } from '../home/socket.ts';
import { tokenFacts } from '../home/token.ts';
import { iso, isoOrNull } from '../lib/clock.ts';
import { Secret } from '../lib/secret.ts';
import {
  addHome,
  changeHome,
  getHome,
  type HomeRow,
  listHomes,
  removeHome,
} from '../store/homes.ts';
import { seal, unseal } from '../store/seal.ts';
import type { HomeLife } from './home-life.ts';
import type { PlaceParts } from './parts.ts';
import type { Place } from './place.ts';

type Names =
  | 'listHomes'
  | 'findHomes'
  | 'linkHome'
  | 'unlinkHome'
  | 'doctor'
  | 'firstLook'
  | 'listEntities';
type OwnParts = Pick<PlaceParts, 'store' | 'key' | 'clock' | 'log' | 'place'>;
type StoreParts = { readonly parts: OwnParts; lives(): ReadonlyMap<string, HomeLife> };
type Parts = StoreParts & Pick<Place, 'begin' | 'end'>;
type Attempt = {
  onStage(stage: ProbeStage): void;
  signal?: AbortSignal;
  onLinked?: () => Promise<void>;
};
type LinkCall = (request: LinkRequest, onStage: (s: ProbeStage) => void) => Promise<LinkAnswer>;

export function homeOperations(place: Parts, link: LinkCall): Pick<Tomte, Names> {
  const { parts } = place;
  const { db } = parts.store;
  return {
    listHomes: async () => (await listHomes(db)).map((row) => summary(place, row)),
    findHomes: () => discover({ clock: parts.clock, log: parts.log }),
    linkHome: (request) => link(request as LinkRequest, () => {}),
    unlinkHome: async ({ home, revoke }) => {
      const row = await wanted(place, home);
      const revoked = revoke === true || revoke === 'true' ? await revokeToken(place, row) : false;
      await place.end(row.id);
      await parts.store.transaction((tx) => removeHome(tx, row.id));
      return { unlinked: row.id, revoked };
    },
    doctor: async ({ home }) => {
      const row = await wanted(place, home);
      const { id, name, address, pinned_certificate: pin, user_admin: admin } = row;
      return examine(
        { id, name, address, token: tokenOf(place, row), pin, admin },
        { clock: parts.clock },
      );
    },
    firstLook: async ({ home }) => lifeAt(place, (await wanted(place, home)).id).firstLook(),
    listEntities: async ({ home }) => entityRows(lifeAt(place, (await wanted(place, home)).id)),
  };
}

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
  return keepAuthorized(place, request, authorized, probe, async (row) => {
    await place.begin(row, authorized.token);
    await o.onLinked?.();
  });
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
export function freeId(name: string, taken: readonly string[]): string {
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

/** The home a person named, by id or by name. */
async function wanted(place: StoreParts, text: string): Promise<HomeRow> {
  const homes = await listHomes(place.parts.store.db);
  const row =
    homes.find((h) => h.id === text) ??
    homes.find((h) => h.name.toLowerCase() === text.toLowerCase());
  if (!row) throw new TomteError('home.not_found', `There is no home ${text}`);
  return row;
}

function lifeAt(place: StoreParts, home: string): HomeLife {
  const life = place.lives().get(home);
  if (!life)
    throw new TomteError('link.lost', `Tomte does not look after ${home} right now`, {
      hint: 'Start Tomte: npm start.',
    });
  return life;
}

const tokenOf = (place: StoreParts, row: HomeRow): Secret =>
  new Secret(unseal(place.parts.key, row.token_sealed, `home:${row.id}`).toString('utf8'));

/** Deletes the token we use in Home Assistant. Home Assistant closes the socket instead of answering. */
async function revokeToken(place: StoreParts, row: HomeRow): Promise<boolean> {
  const { clock, log } = place.parts;
  const socket = await openSocket({
    address: row.address,
    token: tokenOf(place, row),
    pin: row.pinned_certificate,
    clock,
    log,
  });
  try {
    const tokens = (await socket.call('auth/refresh_tokens')) as {
      id: string;
      is_current: boolean;
    }[];
    const own = tokens.find((t) => t.is_current);
    if (!own) return false;
    await Promise.race([
      socket.call('auth/delete_refresh_token', { refresh_token_id: own.id }),
      socket.closed,
    ]);
    return true;
  } finally {
    socket.close();
  }
}

export function summary(place: StoreParts, row: HomeRow): HomeSummary {
  const now = place.parts.clock.now();
  const life = place.lives().get(row.id);
  return {
    ...factsOf(place, row, life, now),
    link: life?.linkSummary() ?? {
      state: 'stopped',
      since: iso(now),
      asOf: isoOrNull(row.position || null),
      generation: 0,
      error: null,
      nextAttemptAt: null,
    },
    demo: place.parts.place === 'demo',
  };
}

function factsOf(
  place: StoreParts,
  row: HomeRow,
  life: HomeLife | undefined,
  now: number,
): HomeFacts {
  const token = tokenFacts(tokenOf(place, row), now);
  return {
    id: row.id,
    name: row.name,
    address: row.address,
    version: life?.link.mirror.config?.version ?? row.version,
    timeZone: row.time_zone,
    currency: row.currency,
    entities: life && life.link.mirror.size > 0 ? life.link.mirror.size : row.entities,
    user: { name: row.user_name, admin: row.user_admin },
    token,
  };
}

function entityRows(life: HomeLife): EntityRow[] {
  const { mirror } = life.link;
  const watched = new Set(life.watched());
  const rows: EntityRow[] = [];
  for (const state of mirror.entities()) {
    const info = mirror.info(state.entityId);
    if (!info) continue;
    rows.push({
      id: info.id,
      name: info.name,
      domain: info.domain,
      area: info.area,
      floor: mirror.floorOf(info.id),
      device: info.device,
      deviceClass: info.deviceClass,
      unit: info.unit,
      state: state.state,
      lastChanged: iso(state.lastChanged),
      lastReported: isoOrNull(mirror.lastReported(info.id)),
      watched: watched.has(info.id),
    });
  }
  return rows;
}
