/** Decisions of a place: models with their keys, the record, the budget, and what homes look like to a model. */
import type { EntitySelector } from '@tomte/sdk/define';
import type { ModelHome } from '@tomte/sdk/model';
import type { Alerts } from '../../alert/alerts.ts';
import { type Decider, type ModelsOf, openDecider } from '../../decide/decider.ts';
import type { Privacy } from '../../decide/facts.ts';
import { answerBytesMax, type InUseParts, modelInUse } from '../../decide/in-use.ts';
import { lookedAt } from '../../decide/look.ts';
import type { Looked } from '../../decide/prompt.ts';
import { type OpenPurse, openPurse, type PurseParts } from '../../decide/purse.ts';
import { answeredBefore, openRecord } from '../../decide/record.ts';
import { relevanceTo } from '../../decide/relevance.ts';
import { type LiveDecideSettings, openDecideSettings } from '../../decide/settings.ts';
import { aiActions, answeringActions, askHome } from '../../home/ask.ts';
import { type GuardedFetch, guardedFetch } from '../../lib/egress.ts';
import { listModels } from '../../store/models.ts';
import { askedHome } from '../asked-home.ts';
import type { HomeLife } from '../home-life.ts';
import { nobody } from '../outside.ts';
import type { PlaceParts } from '../parts.ts';
import { privacyOf } from './privacy.ts';
import { thingsIn } from './things-in.ts';

export interface Decisions {
  readonly decider: Decider;
  readonly purse: OpenPurse;
  readonly settings: LiveDecideSettings;
  readonly inUse: InUseParts;
  privacy(home: string): Promise<Privacy>;
  /** All of the home, as a model would be told it. */
  whole(home: string, privacy: Privacy): Looked;
}

/** A model may take its time, whatever deadline a person sets. */
const requestMs = 130_000;

export async function openDecisions(o: {
  readonly parts: PlaceParts;
  readonly lives: () => ReadonlyMap<string, HomeLife>;
  readonly alerts: Pick<Alerts, 'open'>;
  /** Of tests; the guard's own when left out. */
  readonly fetch?: GuardedFetch;
}): Promise<Decisions> {
  const { parts, lives } = o;
  const { store, clock, key } = parts;
  const settings = await openDecideSettings(store.db);
  const purse = openPurse({
    ...{ db: store.db, clock, settings },
    onRepeated: (repeated) => tellRepeated(o.alerts, clock.now(), repeated),
  });
  const guarded = guardedFetch({
    ...{ clock, allow: parts.allowAddresses, bytesMax: answerBytesMax, timeMs: requestMs },
  });
  const inUse: InUseParts = {
    ...{ models: parts.models, key, now: clock.now },
    fetch: o.fetch ?? (parts.place === 'demo' ? nobody : guarded),
    home: (home) => modelHome(lives().get(home)),
    recorded: (home, hash) => answeredBefore(store, home, hash),
  };
  const privacy = (home: string) => privacyOf(store.db, lives().get(home), settings.get());
  const things = (home: string, selector: EntitySelector | null) => {
    const mirror = lives().get(home)?.link.mirror;
    return mirror ? thingsIn(mirror, selector) : [];
  };
  const decider = openDecider({
    ...{ clock, purse, privacy, book: openRecord(store, key) },
    deadlineMs: () => settings.get().deadlineSeconds * 1000,
    models: (home) => modelsOf(parts, inUse, home),
    look: async (home, request, p) =>
      lookedAt(things(home, request.look ?? null), p, { relevance: relevanceTo(request) }),
  });
  return {
    ...{ decider, purse, settings, inUse, privacy },
    whole: (home, p) => lookedAt(things(home, null), p),
  };
}

/** A model whose file or key is gone is none: it is told in the log, and the rule decides. */
async function modelsOf(parts: PlaceParts, inUse: InUseParts, home: string): Promise<ModelsOf> {
  const rows = await listModels(parts.store.db);
  const ready = (state: 'on' | 'watch') => {
    const row = rows.find((one) => one.state === state);
    if (!row || row.name.split(':')[0] === 'rule') return null;
    try {
      return modelInUse(inUse, row, home);
    } catch (error) {
      parts.log.warn({ err: error, model: row.name }, 'a model cannot be asked');
      return null;
    }
  };
  return { acts: ready('on'), watches: ready('watch') };
}

function modelHome(life: HomeLife | undefined): ModelHome | null {
  if (life?.link.state.kind !== 'live') return null;
  const { link } = life;
  const base = askedHome(life);
  return {
    zone: base.zone,
    // Where the home is, is no business of a model.
    place: null,
    states: (domain) => base.states(domain),
    ask(action, entities, data = {}) {
      const [domain = '', name = ''] = action.split('.');
      const request = { domain, action: name, entities, data };
      return askHome(link, request, undefined, { ...answeringActions, ...aiActions });
    },
    async aiPreferences() {
      if (!link.mirror.hasAction('ai_task', 'generate_data')) return {};
      const found = await link.call('ai_task/preferences/get');
      return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
    },
  };
}

const tellRepeated: (
  alerts: Pick<Alerts, 'open'>,
  now: number,
  o: Parameters<PurseParts['onRepeated']>[0],
) => Promise<void> = async (alerts, now, { home, by, why, model }) => {
  const who = by.replace(/^workflow:/, 'the workflow ');
  const what =
    why === 'resting'
      ? { title: 'The model does not answer', text: `${model} failed several times.` }
      : { title: 'The day’s budget of the model is spent', text: `It was spent by ${who}.` };
  await alerts.open({
    ...{ home, key: `decide:${why}:${by}`, severity: 'today', since: now, entities: [] },
    title: what.title,
    text: `${what.text} Until it is asked again, the rule decides for ${who}, as without a model.`,
  });
};
