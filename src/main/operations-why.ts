import { triggersOf } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { Watching } from '@tomte/sdk/types-detect';
import type { NotRun, WhyAnswer } from '@tomte/sdk/types-runs';
import { settingsFor } from '../engine/fire.ts';
import type { Mirror } from '../home/mirror.ts';
import { iso, isoOrNull } from '../lib/clock.ts';
import { listHomes } from '../store/homes.ts';
import { listNotRuns, type NotRunRow } from '../store/not-runs.ts';
import type { Db } from '../store/tables.ts';
import { getWorkflowSettings } from '../store/workflow-settings.ts';
import { watchingPage } from './detect/watching.ts';
import { lifeOf } from './lives.ts';
import type { Place } from './place.ts';
import { makeWebhook, webhooksOf } from './webhooks.ts';
import { whatIfAnswer } from './what-if/answer.ts';
import { readWhatIf } from './what-if/question.ts';
import { answerOf } from './why/answer.ts';
import { gather, type WhyDefinitions } from './why/gather.ts';
import { nearestMet } from './why/nearest.ts';
import { readQuestion } from './why/question.ts';

type Names = 'listNotRuns' | 'why' | 'nearestRun' | 'listWebhooks' | 'renewWebhook';

export function whyOperations(
  place: Pick<Place, 'parts' | 'lives' | 'settings' | 'detect'>,
  tomte: () => Tomte,
): Pick<Tomte, Names> {
  const { parts } = place;
  const { db } = parts.store;

  async function setUp(home: string, name: string) {
    const life = lifeOf(place.lives(), home);
    const definition = parts.workflows.get(name);
    if (!definition) throw new TomteError('workflow.not_found', `There is no workflow ${name}`);
    const row = await getWorkflowSettings(db, { home, workflow: name });
    return { life, definition, settings: await settingsFor(definition, row) };
  }

  async function hooksOf(home: string, name: string) {
    const { definition, settings } = await setUp(home, name);
    const specs = settings === null ? [] : triggersOf(definition, settings);
    const names = specs.flatMap((spec) => ('webhook' in spec ? [spec.webhook.name] : []));
    return { home, workflow: name, names };
  }

  return {
    listNotRuns: (filter) => notRunsOf(db, filter),
    async why(asked) {
      const whatIf = readWhatIf(asked.text);
      if (whatIf) {
        const lived = (await homesAsked(db, asked.home)).filter(({ id }) => place.lives().has(id));
        const homes = lived.map(({ id, time_zone: zone }) => ({ id, zone }));
        return whatIfAnswer(whatIf, { homes, looksAt: asked.workflow, tomte: tomte() });
      }
      return whyOf(asked, {
        ...{ db, definitions: parts, now: parts.clock.now() },
        mirror: (home) => place.lives().get(home)?.link.mirror ?? null,
        async watching(home) {
          const life = place.lives().get(home);
          return life ? watchingPage(parts, life, place.detect.beats.get()) : null;
        },
      });
    },
    nearestRun: async ({ home, name, at }) => {
      const { life, definition, settings } = await setUp(home, name);
      const found = await nearestMet({
        conditions: settings === null ? [] : (definition.conditions?.(settings) ?? []),
        ...{ at: Date.parse(at), now: parts.clock.now(), zone: life.zone },
        ...{ call: life.link.call, signal: life.ended },
      });
      return { at: isoOrNull(found) };
    },
    listWebhooks: async ({ home, name }) => webhooksOf(parts, await hooksOf(home, name)),
    renewWebhook: async ({ home, name, hook }) => {
      await hooksOf(home, name);
      const { publicUrl } = place.settings.get();
      return makeWebhook(parts, { home, workflow: name, name: hook, publicUrl });
    },
  };
}

/** One question, asked of all homes or of one. Without a Mirror entities are known by no name. */
export async function whyOf(
  { text, home }: Parameters<Tomte['why']>[0],
  o: {
    db: Db;
    definitions: WhyDefinitions;
    now: number;
    mirror: (home: string) => Mirror | null;
    watching: (home: string) => Promise<Watching | null>;
  },
): Promise<WhyAnswer> {
  const { db, now } = o;
  const homes = await homesAsked(db, home);
  const asked = (zone: string) => readQuestion(text, now, zone);
  const gathered = await Promise.all(
    homes.map(({ id, name, time_zone: zone }) => {
      const mirror = o.mirror(id);
      const { latitude = null, longitude = null } = mirror?.config ?? {};
      const where = { zone, latitude, longitude };
      const infos = mirror?.infos() ?? [];
      const seen = { id, name, zone, where, infos, watching: () => o.watching(id) };
      return gather(db, seen, asked(zone), o.definitions);
    }),
  );
  return answerOf(asked(homes[0]?.time_zone ?? 'UTC'), gathered, now);
}

/** All, or the one that is named. Throws home.not_found. */
async function homesAsked(db: Db, home: string | undefined): ReturnType<typeof listHomes> {
  const homes = (await listHomes(db)).filter(({ id }) => home === undefined || id === home);
  if (home !== undefined && homes.length === 0) {
    throw new TomteError('home.not_found', `There is no home ${home}`);
  }
  return homes;
}

/** Reasons why nothing started, as the store has them. */
export async function notRunsOf(
  db: Db,
  filter: Parameters<Tomte['listNotRuns']>[0],
): Promise<NotRun[]> {
  const date = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  const { home, workflow, from, to, limit } = filter;
  const rows = await listNotRuns(db, {
    ...{ home, workflow, from: date(from), to: date(to) },
    limit: Number(limit ?? 100),
  });
  return rows.map(notRunOf);
}

const notRunOf = (row: NotRunRow): NotRun => ({
  home: row.home_id,
  workflow: row.workflow,
  at: iso(row.at.getTime()),
  trigger: row.trigger,
  code: row.code ?? 'off',
  reason: row.reason,
  details: {
    ...(row.details as Record<string, unknown> | null),
    ...(row.times > 1 && row.since ? { times: row.times, since: iso(row.since.getTime()) } : {}),
  },
});
