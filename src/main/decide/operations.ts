import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { askModel } from '../../decide/ask.ts';
import { verify } from '../../decide/chain.ts';
import { compared, pairOf } from '../../decide/compare.ts';
import * as desk from '../../decide/desk.ts';
import { modelInUse } from '../../decide/in-use.ts';
import { promptOf } from '../../decide/prompt.ts';
import { dayOf } from '../../decide/purse.ts';
import { decisionPage, decisionRow, leftRows, readRecord } from '../../decide/record.ts';
import { openDecideSettings } from '../../decide/settings.ts';
import { usageOf } from '../../store/decision-usage.ts';
import { chainPart, getDecision, listDecisions } from '../../store/decisions.ts';
import { getHome, listHomes } from '../../store/homes.ts';
import { getModel } from '../../store/models.ts';
import type { PlaceParts } from '../parts.ts';
import type { Decisions } from './decisions.ts';
import { pastDecisions, replay } from './replay.ts';

const dayMs = 86_400_000;
const exportMax = 500;

type Record = 'listDecisions' | 'getDecision' | 'listLeft' | 'verifyAudit' | 'exportAudit';
type Models = 'listModelKinds' | 'listModels' | 'saveModel' | 'removeModel' | 'setModel';
type Asking = 'testModel' | 'previewModel' | 'compareModel' | 'replayDecisions';
type Settings = 'getDecideSettings' | 'saveDecideSettings';

/** The record can be read, and judged, without a running service. */
export function recordOperations({
  store,
  key,
  clock,
}: Pick<PlaceParts, 'store' | 'key' | 'clock'>): Pick<Tomte, Record> {
  const { db } = store;
  const since = (days: unknown) =>
    days === undefined ? {} : { since: clock.now() - Number(days) * dayMs };
  return {
    async listDecisions({ home, by, run, days, limit }) {
      const rows = await listDecisions(db, {
        ...(home === undefined ? {} : { home }),
        ...(by === undefined ? {} : { by }),
        ...(run === undefined ? {} : { key: `${run}/` }),
        ...since(days),
        limit: Number(limit ?? 100),
      });
      return rows.map(decisionRow);
    },
    async getDecision({ id }) {
      const row = await getDecision(db, id);
      if (row) return decisionPage(row);
      throw new TomteError('decide.not_found', `There is no Decision ${id}`);
    },
    async listLeft({ home, days }) {
      const rows = await listDecisions(db, { home, ...since(days ?? 30), limit: 1000 });
      return rows.flatMap(leftRows);
    },
    async verifyAudit({ home }) {
      const homes = (await listHomes(db)).filter(({ id }) => home === undefined || id === home);
      if (home !== undefined && homes.length === 0) throw noHome(home);
      return Promise.all(
        homes.map(async ({ id, name }) => {
          const { faults, ...rest } = await verify(db, key, id);
          return { home: id, name, ok: faults.length === 0, ...rest, faults };
        }),
      );
    },
    async exportAudit({ home, after }) {
      if (!(await getHome(db, home))) throw noHome(home);
      const rows = await chainPart(db, { home, after: Number(after ?? 0), limit: exportMax });
      return rows.map((row) => ({ ...readRecord(row), seal: row.seal }));
    },
  };
}

const numberOf = (given: unknown): number | undefined =>
  given === undefined ? undefined : Number(given);

const noHome = (home: string) => new TomteError('home.not_found', `There is no home ${home}`);

/** Models can be set up without a running service; asking one needs it. */
export function modelLists(
  parts: Pick<PlaceParts, 'store' | 'key' | 'clock'>,
  definitions: () => Promise<Pick<PlaceParts, 'models'>>,
): Pick<Tomte, Models> {
  const at = async () => ({
    ...parts,
    ...(await definitions()),
    settings: await openDecideSettings(parts.store.db),
  });
  return {
    listModelKinds: async () => desk.kindsOf((await definitions()).models),
    listModels: async () => desk.list(await at()),
    saveModel: async ({ name, settings }) => desk.save(await at(), name, settings),
    async removeModel({ name }) {
      await desk.remove(await at(), name);
      return { removed: name };
    },
    setModel: async ({ name, state, agree }) =>
      desk.setState(await at(), { name, state, agree: agree === true }),
  };
}

export function decideOperations(
  parts: PlaceParts,
  decisions: Decisions,
): Pick<Tomte, Record | Models | Asking | Settings> {
  const { settings, purse } = decisions;
  const { db } = parts.store;
  const at = { ...parts, settings, purse };
  return {
    ...recordOperations(parts),
    listModelKinds: async () => desk.kindsOf(parts.models),
    listModels: () => desk.list(at),
    saveModel: ({ name, settings: given }) => desk.save(at, name, given),
    async removeModel({ name }) {
      await desk.remove(at, name);
      return { removed: name };
    },
    setModel: ({ name, state, agree }) => desk.setState(at, { name, state, agree: agree === true }),
    ...askingOperations(parts, decisions),
    async getDecideSettings() {
      const day = dayOf(parts.clock.now());
      const { calls, tokens, cost } = (await usageOf(db, { day, by: '' })).all;
      return { settings: settings.get(), today: { day, calls, tokens, money: cost } };
    },
    saveDecideSettings: (change) =>
      settings.save(change as Partial<ReturnType<typeof settings.get>>),
  };
}

const trial = {
  question: 'Which of these is warmer?',
  options: [
    { id: 'ice', text: 'Ice' },
    { id: 'tea', text: 'Hot tea' },
  ],
  fallback: 'tea',
};

function askingOperations(parts: PlaceParts, decisions: Decisions): Pick<Tomte, Asking> {
  const { clock, store } = parts;
  const deadlineMs = () => decisions.settings.get().deadlineSeconds * 1000;
  async function modelOf(name: string, home: string) {
    const row = await getModel(store.db, name);
    if (!row) throw new TomteError('decide.model_not_found', `${name} is not set up`);
    return modelInUse(decisions.inUse, row, home);
  }
  return {
    async testModel({ name, home }) {
      const anyHome = home ?? (await listHomes(store.db))[0]?.id ?? '';
      const model = await modelOf(name, anyHome);
      const privacy = { people: new Map(), places: new Map(), names: false };
      const prompt = promptOf(trial, { privacy, look: null });
      const { signal } = new AbortController();
      const told = await askModel(model, prompt, { clock, deadlineMs: deadlineMs(), signal });
      // A person asks, whatever is left of the day: it is counted, and not refused.
      await decisions.purse.settle({ by: 'test', model, prompt, told, taken: [] });
      const { answer, fault, ms, tokensIn, tokensOut } = told;
      const text = trial.options.find(({ id }) => id === answer?.choice)?.text ?? null;
      const error = fault && new TomteError(fault.code as never, fault.message).toJSON().error;
      return { ok: text !== null, answer: text, error, ms, tokensIn, tokensOut };
    },
    async previewModel({ name, home }) {
      const model = await modelOf(name, home);
      const privacy = await decisions.privacy(home);
      const look = decisions.whole(home, privacy);
      const prompt = promptOf(
        { ...trial, question: 'What should be done now?' },
        { privacy, look },
      );
      const all = ['question', 'facts', 'states', 'words of others'];
      const { leaves } = decisions.settings.get();
      const wishes = Object.entries(leaves);
      return {
        host: model.host,
        leaves: [...all, ...wishes.flatMap(([what, may]) => (may ? [what] : []))],
        leftOut: [...wishes.flatMap(([what, may]) => (may ? [] : [what])), 'codes', 'keys'],
        ...{ instructions: prompt.instructions, prompt: prompt.prompt, tokens: prompt.tokens },
        ...{ told: look.told, summed: look.summed ?? 0, of: look.of },
      };
    },
    async compareModel({ name, home, days }) {
      const records = await pastDecisions(parts, {
        ...{ days: numberOf(days), limit: 1000 },
        ...(home === undefined ? {} : { home }),
      });
      const pairs = records.flatMap((record) => {
        const told = record.told.find(({ model }) => model === name);
        return told ? [pairOf(record, told, record.rule)] : [];
      });
      return compared({ model: name, beside: 'the rule' }, pairs);
    },
    replayDecisions: ({ days, limit, ...input }) =>
      replay(parts, decisions, { ...input, days: numberOf(days), limit: numberOf(limit) }),
  };
}
