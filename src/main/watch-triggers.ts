/** Feeds a home's triggers: its changes, its events, its clock. */
import { createHash } from 'node:crypto';
import type { HomeWatch } from '../engine/home-watch.ts';
import type { HomeEvent, Link } from '../home/link.ts';
import type { Log } from '../lib/log.ts';
import type { HomeRow } from '../store/homes.ts';
import type { PlaceParts } from './parts.ts';
import { type TriggerProblem, triggerProblems } from './trigger-fits.ts';

/** Settings may be changed by another worker, the home may move, an area may get a lamp. */
const refreshMs = 15_000;
const eventAttempts = 5;

export interface TriggerWatch extends Pick<HomeWatch, 'refresh' | 'check' | 'nextDues'> {
  /** What of the workflows that are on cannot be heard, and why. */
  problems(): readonly (TriggerProblem & { readonly workflow: string })[];
  close(): Promise<void>;
}

/**
 * To be called before anything else listens to the Link's changes: what a change starts is journalled
 * before anybody notes that the change was heard.
 */
export function watchTriggers(o: {
  parts: Pick<PlaceParts, 'engine' | 'place' | 'clock'>;
  row: Pick<HomeRow, 'id' | 'time_zone' | 'user_admin'>;
  link: Link;
  log: Log;
}): TriggerWatch {
  const { link, log } = o;
  const { mirror } = link;
  const { clock } = o.parts;
  const watch = o.parts.engine.watchHome(o.parts.place, o.row.id, {
    where: () => ({
      zone: o.row.time_zone,
      latitude: mirror.config?.latitude ?? null,
      longitude: mirror.config?.longitude ?? null,
    }),
    info: mirror.info,
    state: mirror.entity,
    isCurrent: () => link.state.kind === 'live' && link.caughtUp,
  });
  const refreshed = (work: Promise<void>) =>
    work.catch((error: unknown) =>
      log.error({ err: error }, 'what triggers listen to could not be read; tried again soon'),
    );
  const begun = refreshed(watch.refresh());
  const events = hearEvents({ ...o, watch });
  watch.onRefresh(events.follow);
  let shape = mirror.shape;
  const stops = [
    link.onChanges(async (batch) => {
      await begun;
      if (shape !== mirror.shape) {
        shape = mirror.shape;
        watch.forgetEntities();
      }
      await watch.take(batch);
    }),
    clock.every(refreshMs, () => void refreshed(watch.refresh())),
    events.stop,
  ];
  return {
    refresh: watch.refresh,
    check: watch.check,
    nextDues: watch.nextDues,
    problems() {
      const user = { admin: o.row.user_admin, infos: mirror.infos() };
      const told = watch
        .entries()
        .flatMap(({ workflow, spec }) =>
          triggerProblems([spec], user).map((problem) => ({ ...problem, workflow })),
        );
      const faults = watch.faults.map(({ workflow, error }) => ({
        ...{ id: 'trigger.invalid' as const, workflow },
        ...{ text: `${error.message}.`, fix: error.hint },
      }));
      return [...told, ...faults];
    },
    async close() {
      for (const stop of stops) stop();
      await watch.close();
    },
  };
}

/** One subscription for each type of event that a workflow waits for. */
function hearEvents(o: {
  parts: Pick<PlaceParts, 'engine' | 'place' | 'clock'>;
  row: Pick<HomeRow, 'id'>;
  link: Link;
  log: Log;
  watch: HomeWatch;
}) {
  const { parts, row, log } = o;
  const heard = new Map<string, () => void>();

  async function fire(event: HomeEvent): Promise<void> {
    const { type, data } = event;
    const at = event.at ?? parts.clock.now();
    const fired = { kind: 'event', type, data, id: eventId(event), at } as const;
    for (let attempt = 1; ; attempt++) {
      try {
        await parts.engine.fire(parts.place, row.id, fired);
        return;
      } catch (error) {
        // Home Assistant keeps no events: what is given up here is lost.
        if (attempt === eventAttempts) throw error;
        await parts.clock.sleep(500 * attempt);
      }
    }
  }

  return {
    follow() {
      const wanted = new Set(
        o.watch.specs('event').flatMap(({ spec }) => ('event' in spec ? [spec.event.type] : [])),
      );
      for (const [type, stop] of heard) {
        if (wanted.has(type)) continue;
        stop();
        heard.delete(type);
      }
      for (const type of wanted) {
        if (heard.has(type)) continue;
        const listen = (event: HomeEvent) => {
          fire(event).catch((error: unknown) =>
            log.error({ err: error, event: type }, 'an event started nothing'),
          );
        };
        heard.set(type, o.link.onEvent(type, listen));
      }
    },
    stop() {
      for (const stop of heard.values()) stop();
      heard.clear();
    },
  };
}

/** The same event has the same id; several of one context are told apart by their time and data. */
const eventId = ({ type, at, contextId, data }: HomeEvent): string =>
  createHash('sha256')
    .update(JSON.stringify([type, at, contextId, data]))
    .digest('hex')
    .slice(0, 24);
