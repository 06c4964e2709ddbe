import { join } from 'node:path';
import type { WorkflowDefinition } from '@tomte/sdk/define';
import type { Tomte } from '@tomte/sdk/operations';
import type { WorkflowFile } from '@tomte/sdk/types-runs';
import { openWorkflowFiles, type WorkflowFiles } from '../engine/user/files.ts';
import { openHosts } from '../engine/user/hosts.ts';
import { workflowOfText } from '../engine/user/text.ts';
import type { UserWorkflow } from '../engine/user/workflow.ts';
import type { Clock } from '../lib/clock.ts';
import { iso } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Store } from '../store/open.ts';
import type { Db } from '../store/tables.ts';
import {
  dropUnusedVersions,
  getWorkflowVersion,
  listWorkflowFiles,
  olderVersionsAtWork,
} from '../store/workflow-versions.ts';

const dayMs = 86_400_000;
/** A version without a Run is kept so long: somebody may want to look at it. */
const keptMs = 90 * dayMs;

export interface UserWorkflows {
  /** Built-ins and the person's own, by name; changes while it runs. */
  readonly workflows: Map<string, WorkflowDefinition>;
  readonly version: WorkflowFiles['version'];
  /** A text as a workflow to try: it stands in no list. Throws `workflow.file_invalid`. */
  ofText(text: string): Promise<UserWorkflow>;
  /** What to do when a name has another version, or none. */
  onChange(callback: (name: string) => void): void;
  close(): Promise<void>;
}

/** The person's own workflows in `<data>/workflows`, put beside the built-in ones. */
export async function openUserWorkflows(o: {
  dataFolder: string;
  store: Store;
  clock: Clock;
  log: Log;
  builtIn: ReadonlyMap<string, WorkflowDefinition>;
}): Promise<UserWorkflows> {
  const { clock, store, log } = o;
  const workflows = new Map(o.builtIn);
  const hosts = openHosts({ clock });
  let changed: (name: string) => void = () => {};
  const files = await openWorkflowFiles({
    ...{ store, clock, log, hosts, workflows, folder: join(o.dataFolder, 'workflows') },
    async onChange(name: string, _workflow: UserWorkflow | null) {
      // After it is in use: what listens to its triggers reads it then.
      setImmediate(() => changed(name));
    },
  });
  const stop = clock.every(dayMs, () => {
    dropUnusedVersions(store.db, new Date(clock.now() - keptMs)).catch((error: unknown) =>
      log.warn({ err: error }, 'old versions of workflows were not removed; tried again tomorrow'),
    );
  });
  return {
    workflows,
    version: files.version,
    ofText: (text) => workflowOfText(hosts, text),
    onChange(callback) {
      changed = callback;
    },
    async close() {
      stop();
      files.close();
      hosts.close();
    },
  };
}

/** `listWorkflowFiles`: which version of each file new Runs begin with, what older ones still do, and why one does not load. */
export const workflowFileOperations = (db: Db): Pick<Tomte, 'listWorkflowFiles'> => ({
  async listWorkflowFiles() {
    const older = await olderVersionsAtWork(db);
    const files = await listWorkflowFiles(db);
    return Promise.all(
      files.map(async ({ name, hash, error, changed_at }): Promise<WorkflowFile> => {
        const version = hash === null ? undefined : await getWorkflowVersion(db, hash);
        return {
          name,
          version: version?.number ?? null,
          error: (error as WorkflowFile['error']) ?? null,
          changedAt: iso(changed_at.getTime()),
          older: older
            .filter((one) => one.name === name)
            .map(({ number, runs }) => ({ version: number, runs })),
        };
      }),
    );
  },
});
