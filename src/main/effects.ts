import type { EntitySelector } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { EntityInfo, EntityState, Reading } from '@tomte/sdk/home';
import type { Alerts } from '../alert/alerts.ts';
import type { AlertOfRun, Effects, Eyes, Window } from '../engine/effects.ts';
import { hourStatistics, stateHistory } from '../home/history.ts';
import type { HomeLife } from './home-life.ts';
import { lifeOf } from './lives.ts';
import { offered } from './offered.ts';

/** Doors that other rooms hand in. */
export type OutsideDoors = Pick<
  Effects,
  'fetch' | 'facts' | 'decide' | 'ask' | 'plan' | 'chooseSchedule'
>;

/** What Runs of a place may ask of its homes and do to them. */
export function effectsOf(o: {
  readonly lives: () => ReadonlyMap<string, HomeLife>;
  readonly alerts: Pick<Alerts, 'open' | 'resolve'>;
  readonly doors: OutsideDoors;
  readonly now: () => number;
  /** News in better words; as it is when left out. */
  readonly worded?: (request: AlertOfRun) => Promise<AlertOfRun>;
}): Effects {
  const life = (home: string) => lifeOf(o.lives(), home);
  return {
    ...o.doors,
    homeFacts(home) {
      const { name, zone } = life(home);
      return { id: home, name, zone };
    },
    async alert(request) {
      const worded = (await o.worded?.(request)) ?? request;
      return o.alerts.open(offered(worded, o.lives().get(request.home)));
    },
    resolve: (home, key, last) => o.alerts.resolve(home, key, last),
    act: (home, action, by) => life(home).door.act(action, by),
    async wouldAct(home, action, by) {
      const verdict = life(home).door.judge(action, by);
      return verdict.kind === 'allowed' ? { kind: 'confirmed', at: o.now() } : verdict;
    },
    eyes(home) {
      const one = o.lives().get(home);
      return one ? eyesOf(one) : null;
    },
    state: async (home, entity) => life(home).link.mirror.entity(entity) ?? null,
    async states(home, selector) {
      const { mirror } = life(home).link;
      const found = selected(mirror.infos(), selector, (id) => mirror.areaOf(id));
      return found.flatMap(({ id }) => mirror.entity(id) ?? []);
    },
    async entities(home, selector) {
      const { mirror } = life(home).link;
      return selected(mirror.infos(), selector, (id) => mirror.areaOf(id));
    },
    history: (home, entity, window) => historyOf(life(home), entity, window),
    async statistics(home, id, { from, to }) {
      const found = await hourStatistics(life(home).link.call, { ids: [id], from, to });
      return found.get(id) ?? [];
    },
  };
}

async function historyOf(
  { link }: HomeLife,
  entity: string,
  { from, to }: Window,
): Promise<Reading[]> {
  const states = (await stateHistory(link.call, { entities: [entity], from, to })).get(entity);
  return (states ?? []).map(({ state, lastUpdated }) => ({
    t: lastUpdated,
    id: entity,
    v: readingOf(state),
  }));
}

function readingOf(state: string): number | string {
  const number = state.trim() === '' ? Number.NaN : Number(state);
  return Number.isFinite(number) ? number : state;
}

function eyesOf({ link, zone }: HomeLife): Eyes {
  return {
    zone,
    state: (entity): EntityState | null => link.mirror.entity(entity) ?? null,
    caughtUp: () => link.state.kind === 'live' && link.caughtUp,
    onChange: (entity, callback) => link.onApplied([entity], callback),
    onLate: (callback) =>
      link.onChanges(
        (batch) => {
          for (const change of batch) if (change.late) callback(change);
        },
        { raw: true },
      ),
    onCaughtUp: link.onCaughtUp,
    onEvent: (type, callback) =>
      link.onEvent(type, ({ data, at }) => callback({ data, at: at ?? link.mirror.asOf ?? 0 })),
  };
}

const selected = (
  infos: readonly EntityInfo[],
  selector: EntitySelector,
  areaOf: (entity: string) => string | null,
): EntityInfo[] => infos.filter(fitting(selector, areaOf));

/** Every given field must fit. Areas by name or id. Throws run.call_invalid without any. */
export function fitting(
  selector: EntitySelector,
  areaOf: (entity: string) => string | null,
): (info: EntityInfo) => boolean {
  const { entity, area, label, domain, deviceClass } = selector;
  const wanted = entity === undefined ? null : new Set([entity].flat());
  if ([entity, area, label, domain, deviceClass].every((field) => field === undefined)) {
    throw new TomteError('run.call_invalid', 'Say which entities: by area, label, domain or class');
  }
  return (info) =>
    (wanted === null || wanted.has(info.id)) &&
    (area === undefined || info.area === area || areaOf(info.id) === area) &&
    (label === undefined || info.labels.includes(label)) &&
    (domain === undefined || info.domain === domain) &&
    (deviceClass === undefined || info.deviceClass === deviceClass);
}
