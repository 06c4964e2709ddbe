import type { ChannelDefinition } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { LinkAnswer, LinkRequest, ProbeStage } from '@tomte/sdk/types';
import { type Alerts, openAlerts } from '../alert/alerts.ts';
import { drawPng } from '../alert/picture.ts';
import { LiveHub } from '../api/live.ts';
import type { Site } from '../api/routes.ts';
import type { Extensions } from '../lib/extensions.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import { Secret } from '../lib/secret.ts';
import { type HomeRow, listHomes } from '../store/homes.ts';
import { gainLease, giveUpLease, renewLease } from '../store/leases.ts';
import { dropReadings } from '../store/readings.ts';
import { unseal } from '../store/seal.ts';
import { alertChart } from './charts.ts';
import { keepOffering } from './default-channels.ts';
import { openGrants } from './grants.ts';
import { type HomeLife, openHomeLife } from './home-life.ts';
import { keepHome } from './keep-home.ts';
import { alertOperations } from './operations-alerts.ts';
import { homeOperations } from './operations-homes.ts';
import { settingsOperations } from './operations-settings.ts';
import { todayOperations } from './operations-today.ts';
import { workflowOperations } from './operations-workflows.ts';
import type { PlaceParts } from './parts.ts';
import { type LiveSettings, openSettings } from './settings.ts';

const renewMs = 5_000;
const leaseMs = 15_000;
const retentionMs = 3_600_000;
const dayMs = 86_400_000;
/** Details of Runs are kept so long. */
const runDays = 90;

/** A place at work: its homes, its alerts, and everything that can be asked of it. */
export interface Place {
  readonly parts: PlaceParts;
  readonly tomte: Tomte;
  readonly site: Site;
  readonly alerts: Alerts;
  readonly settings: LiveSettings;
  lives(): ReadonlyMap<string, HomeLife>;
  /** Begins to look after a home that was just linked, or whose token changed. */
  begin(row: HomeRow, token: Secret): Promise<void>;
  /** The home is about to be forgotten: with it goes what the engine and the door hold of it. */
  end(home: string): Promise<void>;
  /** Linking and unlinking, one after another: the same home may be asked for twice at once. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface PlaceOptions {
  readonly parts: Omit<PlaceParts, 'publish'>;
  readonly channels: Extensions<ChannelDefinition>;
  readonly version: string;
  readonly startedAt: number;
  readonly demoDoor: () => boolean;
  /** The demo's operations, for lists that show the demo while nothing is linked. */
  readonly demoTomte?: () => Promise<Tomte | null>;
  readonly passwordSet?: () => boolean;
  /** Default of readings' retention, days. */
  readonly retentionDays: number;
  readonly publicUrl: string | null;
  readonly passwordChanged: (hash: string) => void;
  /** After the first real home is linked. */
  readonly onLinked?: () => Promise<void>;
}

export async function openPlace(o: PlaceOptions): Promise<Place> {
  const hub = new LiveHub();
  const parts: PlaceParts = { ...o.parts, publish: (event) => hub.publish(event) };
  const { store, clock, log } = parts;
  const lives = new Map<string, HomeLife>();
  const leases = new Map<string, number>();
  const stopping = new AbortController();
  const inTurn = oneByOne();
  const settings = await openSettings(store.db, {
    retentionDays: o.retentionDays,
    publicUrl: o.publicUrl,
  });
  const grants = await openGrants(store.db);

  const alerts = openAlerts({
    store,
    key: parts.key,
    clock,
    log,
    random: parts.random,
    channels: o.channels,
    fetch,
    voice: (home) => lives.get(home)?.voice ?? null,
    homeName: (home) => lives.get(home)?.name ?? 'Home',
    picture: async (alert) => {
      const spec = await alertChart(parts, lives.get(alert.home), alert);
      return spec ? drawPng(spec) : null;
    },
    publicUrl: () => settings.get().publicUrl,
    held: parts.place === 'demo',
    onChanged: (alert) => parts.publish({ type: 'alert', alert: alert.id, state: alert.state }),
  });

  parts.engine.addPlace(parts.place, {
    store,
    effects: {
      homeFacts: (home) => factsOf(lives, home),
      alert: (request) => alerts.open(request),
      resolve: (home, key, last) => alerts.resolve(home, key, last),
      act: (home, action, by) => lifeOf(lives, home).door.act(action, by),
    },
  });

  async function begin(row: HomeRow, token: Secret): Promise<void> {
    await leave(row.id);
    const lease = await gainLease(store.db, {
      home: row.id,
      worker: parts.worker,
      boot: parts.boot,
      ttlMs: leaseMs,
    });
    if (lease === null) {
      log.warn({ home: row.id }, 'another worker looks after this home');
      return;
    }
    leases.set(row.id, lease);
    const life = openHomeLife({
      parts,
      row,
      token,
      grants: (askedBy) => grants.of(row.id, askedBy),
      actionsStopped: () => settings.actionsStopped(),
      lease,
    });
    lives.set(row.id, life);
    await parts.engine.recover(parts.place, row.id);
    keepOffering(parts, alerts, life, AbortSignal.any([stopping.signal, life.ended])).catch(
      (error: unknown) => {
        if (!stopping.signal.aborted && !life.ended.aborted)
          log.warn({ err: error, home: row.id }, 'its channels could not be offered');
      },
    );
  }

  /** Looks after it no more. What its Runs have done so far stays, for who goes on with them. */
  async function leave(home: string): Promise<void> {
    const life = lives.get(home);
    lives.delete(home);
    const token = leases.get(home);
    leases.delete(home);
    await life?.close();
    if (token !== undefined) await giveUpLease(store.db, { home, token });
  }

  async function end(home: string): Promise<void> {
    await leave(home);
    await parts.engine.forget(parts.place, home);
    grants.drop(home);
  }

  async function renew(): Promise<void> {
    for (const [home, token] of leases) {
      if (await renewLease(store.db, { home, token, ttlMs: leaseMs })) continue;
      // Linked anew or let go meanwhile: that lease was ours to end.
      if (leases.get(home) !== token) continue;
      log.warn({ home }, 'another worker took this home; it is left to it');
      leases.delete(home);
      await leave(home);
    }
  }

  const every = (ms: number, what: string, work: () => Promise<unknown>) =>
    clock.every(ms, () => {
      work().catch((error: unknown) =>
        log.warn({ err: error }, `${what} failed once; tried again later`),
      );
    });
  const stops = [
    every(renewMs, 'renewing leases', renew),
    every(retentionMs, 'removing old readings', () =>
      dropReadings(store.db, clock.now() - settings.get().retentionDays * dayMs),
    ),
    every(dayMs, 'removing old Runs', () => parts.engine.prune(parts.place, runDays)),
  ];

  const place: Omit<Place, 'tomte' | 'site'> = {
    parts,
    alerts,
    settings,
    lives: () => lives,
    begin,
    end,
    inTurn,
    async close() {
      stopping.abort();
      for (const stop of stops) stop();
      await alerts.stop();
      const left = [...lives.keys()].map((home) => inTurn(() => leave(home)));
      for (const one of await Promise.allSettled(left)) {
        if (one.status === 'rejected') log.error({ err: one.reason }, 'a home was not closed well');
      }
    },
  };
  const link = (
    request: LinkRequest,
    onStage: (s: ProbeStage) => void,
    signal?: AbortSignal,
  ): Promise<LinkAnswer> =>
    keepHome(place, request, {
      onStage,
      ...(signal ? { signal } : {}),
      ...(o.onLinked ? { onLinked: o.onLinked } : {}),
    });
  const tomte: Tomte = {
    ...todayOperations(place, o),
    ...homeOperations(place, link),
    ...alertOperations(place, o.demoTomte ?? (async () => null)),
    ...workflowOperations(place, grants),
    ...settingsOperations(place, o),
  };
  for (const row of await listHomes(store.db)) {
    const token = readableToken(parts, row);
    if (token) await begin(row, token);
  }
  alerts.start();
  const site: Site = {
    tomte,
    live: hub,
    link,
    picture: async (id) => {
      const page = await tomte.getAlert({ id });
      return page.chart ? drawPng(page.chart) : null;
    },
  };
  return { ...place, tomte, site };
}

/** Null, and said so, where the key is another one: that home waits to be linked anew, the others do not. */
function readableToken(parts: PlaceParts, row: HomeRow): Secret | null {
  try {
    return new Secret(unseal(parts.key, row.token_sealed, `home:${row.id}`).toString('utf8'));
  } catch (error) {
    if (!isError(error, 'store.secret_unreadable')) throw error;
    parts.log.error({ err: error, home: row.id }, 'this home cannot be looked after');
    return null;
  }
}

export function lifeOf(lives: ReadonlyMap<string, HomeLife>, home: string): HomeLife {
  const life = lives.get(home);
  if (!life) throw new TomteError('home.not_found', `There is no home ${home}`);
  return life;
}

function factsOf(lives: ReadonlyMap<string, HomeLife>, home: string) {
  const { name, zone } = lifeOf(lives, home);
  return { id: home, name, zone };
}
