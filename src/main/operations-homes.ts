import { isError, TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type {
  DoctorFinding,
  EntityRow,
  HomeFacts,
  HomeSummary,
  LinkAnswer,
  LinkRequest,
  ProbeStage,
} from '@tomte/sdk/types';
import type { HomeNotes } from '@tomte/sdk/types-detect';
import { discover } from '../home/discover.ts';
import { examine } from '../home/doctor.ts';
import { peopleFindings } from '../home/doctor-people.ts';
import { isFinal } from '../home/link-state.ts';
import { openSocket } from '../home/socket.ts';
import { throughSupervisor } from '../home/supervised.ts';
import { type HomeShape, shapeOf, typesOfHome } from '../home/types-of-home.ts';
import { iso, isoOrNull } from '../lib/clock.ts';
import type { Secret } from '../lib/secret.ts';
import { type HomeRow, listHomes, removeHome } from '../store/homes.ts';
import { sensorFindings } from './energy/operations.ts';
import type { EnergyRoom } from './energy/room.ts';
import type { HomeLife } from './home-life.ts';
import { readToken, tokenFault } from './home-token.ts';
import type { PlaceParts } from './parts.ts';
import type { Place } from './place.ts';

const dayMs = 86_400_000;

type Names =
  | 'listHomes'
  | 'findHomes'
  | 'linkHome'
  | 'unlinkHome'
  | 'setHome'
  | 'doctor'
  | 'firstLook'
  | 'listEntities'
  | 'homeTypes';
type OwnParts = Pick<PlaceParts, 'store' | 'key' | 'clock' | 'log' | 'place' | 'discovers'>;
export type StoreParts = {
  readonly parts: OwnParts;
  lives(): ReadonlyMap<string, HomeLife>;
  /** True in a command without a running service: then nobody looks after any home. */
  readonly offline?: boolean;
};
export type Parts = StoreParts &
  Pick<Place, 'begin' | 'end' | 'inTurn' | 'homeSettings'> & {
    /** What the linter says of the sensors; without a service nobody looks. */
    readonly energy?: EnergyRoom;
    /** Closes what is open in a home that is about to be forgotten; without a service nobody can. */
    readonly lastWords?: (home: string) => Promise<void>;
  };
type LinkCall = (request: LinkRequest, onStage: (s: ProbeStage) => void) => Promise<LinkAnswer>;

/** What workflows that are on wait for and cannot hear. */
const triggerFindings = (life: HomeLife | undefined): DoctorFinding[] =>
  (life?.triggers.problems() ?? []).map(({ id, workflow, text, fix }) => ({
    ...{ id, level: 'warn', fix },
    title: `${workflow} waits for what it cannot hear`,
    detail: text,
  }));

export function homeOperations(place: Parts, link: LinkCall): Pick<Tomte, Names> {
  const { parts } = place;
  const { db } = parts.store;
  return {
    listHomes: async () => (await listHomes(db)).map((row) => summary(place, row)),
    findHomes: async () =>
      parts.discovers ? discover({ clock: parts.clock, log: parts.log }) : [],
    linkHome: (request) => link(request as LinkRequest, () => {}),
    unlinkHome: ({ home, revoke }) =>
      place.inTurn(async () => {
        const row = await wanted(place, home);
        // Before the token is deleted: the bell and the phones of the home hear with it.
        await place.lastWords?.(row.id);
        const revoked =
          revoke === true || revoke === 'true' ? await revokeToken(place, row) : false;
        await place.end(row.id);
        await parts.store.transaction((tx) => removeHome(tx, row.id));
        return { unlinked: row.id, revoked };
      }),
    setHome: async ({ home, buttonsEntity, ownUser, notes }) => {
      const { id, address } = await wanted(place, home);
      if (ownUser === true && throughSupervisor(address)) {
        throw new TomteError('api.invalid', 'Through the Supervisor all apps are one user', {
          hint: 'Make a user for Tomte in Home Assistant and link the home again with its token.',
        });
      }
      await place.homeSettings.save(id, {
        ...(buttonsEntity === undefined ? {} : { buttonsEntity }),
        ...(ownUser === undefined ? {} : { ownUser }),
        ...(notes === undefined ? {} : { notes }),
      });
      return summary(place, await wanted(place, id));
    },
    doctor: async ({ home }) => {
      const row = await wanted(place, home);
      const { id, name, address, pinned_certificate: pin, user_admin: admin } = row;
      const life = place.lives().get(row.id);
      const report = await examine(
        { id, name, address, token: tokenOf(place, row), pin, admin },
        { clock: parts.clock, refused: refusalOf(life) },
      );
      const sensors = life && place.energy ? await sensorFindings(place.energy, row.id) : [];
      const more = [...aboutPeople(place, row), ...triggerFindings(life), ...sensors];
      return { ...report, findings: [...report.findings, ...more] };
    },
    firstLook: async ({ home }) => lifeAt(place, (await wanted(place, home)).id).firstLook(),
    listEntities: async ({ home }) => entityRows(lifeAt(place, (await wanted(place, home)).id)),
    homeTypes: async ({ home }) => {
      const life = lifeAt(place, (await wanted(place, home)).id);
      return { home: life.home, text: typesOfHome(readShape(life)) };
    },
  };
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
      hint: 'Start it: tomte start, or npm start in a checkout.',
    });
  return life;
}

/** Told of a home that is heard; else only what is wrong with the Link counts. */
function aboutPeople(place: StoreParts, row: HomeRow): DoctorFinding[] {
  const link = place.lives().get(row.id)?.link;
  if (link?.state.kind !== 'live') return [];
  const { user_admin: admin, own_user: ownUser, buttons_entity: buttonsEntity } = row;
  const buttons = buttonsEntity === null ? undefined : link.mirror.entity(buttonsEntity);
  return peopleFindings({ admin, ownUser, buttonsEntity, buttons });
}

/** What the home said of the token for good, by the Link that heard it. */
function refusalOf(life: HomeLife | undefined): TomteError | undefined {
  const state = life?.link.state;
  return state?.kind === 'stopped' && isFinal(state.error) ? state.error : undefined;
}

const tokenOf = (place: StoreParts, row: HomeRow): Secret => readToken(place.parts.key, row);

/** Deletes the token we use in Home Assistant. Home Assistant closes the socket instead of answering. */
async function revokeToken(place: StoreParts, row: HomeRow): Promise<boolean> {
  const { clock, log } = place.parts;
  const { address, pinned_certificate: pin } = row;
  // That token is the Supervisor's own, and not ours to delete.
  if (throughSupervisor(address)) return false;
  const socket = await openSocket({ address, token: tokenOf(place, row), pin, clock, log }).catch(
    (error: unknown) => {
      // Deleted before, by a person or by an attempt that was cut short: nothing is left of it.
      if (isError(error, 'link.token_rejected')) return null;
      throw error;
    },
  );
  if (!socket) return true;
  try {
    const tokens = (await socket.call('auth/refresh_tokens')) as {
      id: string;
      is_current: boolean;
    }[];
    const own = tokens.find((t) => t.is_current);
    if (!own) return false;
    await socket
      .call('auth/delete_refresh_token', { refresh_token_id: own.id })
      .catch((error: unknown) => {
        // Deleting the token in use ends the connection before the answer: that is the answer.
        if (!isError(error, 'link.lost')) throw error;
      });
    return true;
  } finally {
    socket.close();
  }
}

export function summary(place: StoreParts, row: HomeRow): HomeSummary {
  const now = place.parts.clock.now();
  const life = place.lives().get(row.id);
  const heardAt = row.position || row.linked_at.getTime();
  return {
    ...factsOf(row, life, now),
    link: life?.linkSummary() ?? {
      state: 'stopped',
      since: iso(place.offline ? heardAt : now),
      asOf: isoOrNull(row.position || null),
      generation: 0,
      // Under another key, as after a restore without the old one, the home is to be linked anew.
      error: (tokenFault(place.parts.key, row) ?? notRunning(place))?.toJSON().error ?? null,
      nextAttemptAt: null,
    },
    demo: place.parts.place === 'demo',
    buttonsEntity: row.buttons_entity,
    ownUser: row.own_user,
    notes: (row.notes ?? {}) as HomeNotes,
  };
}

/** Without a service no Link is wrong: there is none. */
const notRunning = ({ offline }: StoreParts): TomteError | null =>
  offline
    ? new TomteError('cli.service_unreachable', 'Tomte is not running, so no home is heard', {
        hint: 'Start it: tomte start, or npm start in a checkout.',
      })
    : null;

function factsOf(row: HomeRow, life: HomeLife | undefined, now: number): HomeFacts {
  const expiresAt = row.token_expires_at?.getTime() ?? null;
  return {
    id: row.id,
    name: row.name,
    address: row.address,
    version: life?.link.mirror.config?.version ?? row.version,
    timeZone: row.time_zone,
    currency: row.currency,
    entities: life && life.link.mirror.size > 0 ? life.link.mirror.size : row.entities,
    user: { name: row.user_name, admin: row.user_admin },
    // As they were read when it was linked.
    token: {
      issuedAt: isoOrNull(row.token_issued_at?.getTime()),
      expiresAt: isoOrNull(expiresAt),
      daysLeft: expiresAt === null ? null : Math.max(0, Math.floor((expiresAt - now) / dayMs)),
    },
  };
}

/** Throws `link.lost` for a home that was never read: it would have no entity. */
function readShape(life: HomeLife): HomeShape {
  const { mirror } = life.link;
  if (mirror.generation === 0)
    throw new TomteError('link.lost', `${life.name} has not been read yet`);
  return shapeOf(mirror, life.name);
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
