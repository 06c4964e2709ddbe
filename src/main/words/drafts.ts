/** Drafts in code until a person keeps one: only what was checked here can become a file, and only as it was seen. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { Backtest } from '@tomte/sdk/types-runs';
import type { DraftLook, KeptDraft } from '@tomte/sdk/types-words';
import type { Clock } from '../../lib/clock.ts';
import type { Db } from '../../store/tables.ts';
import { beginWorkflowAnew } from '../../store/workflow-settings.ts';
import type { PastTrials } from '../backtests.ts';
import { keepDraft, lookAtDraft } from '../draft-file.ts';
import { workflowFolder } from '../new-workflow.ts';
import type { UserWorkflows } from '../user-workflows.ts';

const draftsMax = 20;
const loadMs = 20_000;
const lookMs = 250;

interface Draft {
  readonly home: string;
  readonly code: string;
  /** What a person was shown of it, by name; null where its types do not hold. */
  readonly seen: Map<string, string | null>;
}

export interface Drafts {
  /** Answers the name it is known by. */
  add(home: string, code: string): string;
  /** The person's own file of that name. Throws workflow.not_found. */
  ownFile(name: string): Promise<string>;
  /** Its text over the past of the home, shut in; it becomes no file by that. Throws `workflow.file_invalid`. */
  tried(o: { home: string; draft: string; days: number }): Promise<Backtest>;
  look(o: { home: string; draft: string; name: string }): Promise<DraftLook>;
  keep(o: { home: string; draft: string; name: string; over: string }): Promise<KeptDraft>;
}

export interface DraftsParts {
  readonly db: Db;
  /** Null where there is no folder of workflows, as in the demo. */
  readonly dataFolder: string | null;
  readonly ofText: UserWorkflows['ofText'] | null;
  readonly trials: Pick<PastTrials, 'draft'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly tomte: () => Pick<Tomte, 'listWorkflows' | 'listWorkflowFiles' | 'setWorkflow'>;
}

export function openDrafts(o: DraftsParts): Drafts {
  const drafts = new Map<string, Draft>();
  const found = ({ home, draft }: { home: string; draft: string }): Draft => {
    const one = drafts.get(draft);
    if (one?.home === home) return one;
    throw new TomteError('workflow.draft_gone', 'That draft is not here any more');
  };
  const own = <T>(part: T | null): T => {
    if (part !== null) return part;
    throw new TomteError('workflow.draft_gone', 'The demo home keeps no workflows of your own');
  };
  const folder = () => own(o.dataFolder);

  return {
    add(home, code) {
      const draft = createHash('sha256').update(`${home}\n${code}`).digest('hex').slice(0, 16);
      drafts.delete(draft);
      drafts.set(draft, { home, code, seen: new Map() });
      if (drafts.size > draftsMax) drafts.delete(drafts.keys().next().value!);
      return draft;
    },
    async ownFile(name) {
      const path = join(await workflowFolder(folder(), name), `${name}.ts`);
      return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        throw new TomteError('workflow.not_found', `There is no workflow ${name} of your own`);
      });
    },
    async tried({ home, draft, days }) {
      const { code } = found({ home, draft });
      const definition = await own(o.ofText)(code);
      return o.trials.draft({ home, days, definition });
    },
    async look(asked) {
      const { code, seen } = found(asked);
      const { name } = asked;
      const { file: _file, ...look } = await lookAtDraft(folder(), { name, code });
      seen.set(name, look.problems.length === 0 ? look.over : null);
      return { name, ...look, problems: [...look.problems], diff: [...look.diff] };
    },
    async keep(asked) {
      const { name, over } = asked;
      const { seen } = found(asked);
      if (seen.get(name) !== over) {
        throw new TomteError(
          'workflow.draft_changed',
          `Nobody was shown what ${name} would change`,
        );
      }
      const before = await changedAt(o.tomte(), name);
      await keepDraft(folder(), { name, over, turnOff: () => turnOff(o, name) });
      const isLoaded = await loaded(o, name, before);
      const sentence = isLoaded
        ? `It is kept as ${name}, and off.`
        : `It is kept as ${name}, and off; it was not loaded, its page says why.`;
      return { name, isLoaded, sentence };
    },
  };
}

/** What was turned on and allowed was another text: nothing of the new one runs before a person has read it. */
async function turnOff(o: DraftsParts, name: string): Promise<void> {
  const tomte = o.tomte();
  for (const { name: one, home, mode } of await tomte.listWorkflows({})) {
    if (one === name && mode !== 'off') await tomte.setWorkflow({ home, name, mode: 'off' });
  }
  await beginWorkflowAnew(o.db, name);
}

const changedAt = async (tomte: Pick<Tomte, 'listWorkflowFiles'>, name: string) =>
  (await tomte.listWorkflowFiles({})).find((file) => file.name === name)?.changedAt ?? null;

/** The folder is looked at once a second. */
async function loaded(
  o: Pick<DraftsParts, 'clock' | 'tomte'>,
  name: string,
  before: string | null,
): Promise<boolean> {
  for (let ms = 0; ms < loadMs; ms += lookMs) {
    const row = (await o.tomte().listWorkflowFiles({})).find((file) => file.name === name);
    if (row && row.changedAt !== before) return row.error === null;
    await o.clock.sleep(lookMs);
  }
  return false;
}
