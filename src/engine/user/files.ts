import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { WorkflowDefinition } from '@tomte/sdk/workflow';
import type { Clock } from '../../lib/clock.ts';
import { refuseForeign } from '../../lib/extensions.ts';
import type { Log } from '../../lib/log.ts';
import { oneByOne } from '../../lib/one-by-one.ts';
import type { Store } from '../../store/open.ts';
import {
  dropWorkflowFile,
  getWorkflowVersion,
  listWorkflowFiles,
  saveWorkflowFile,
  saveWorkflowVersion,
} from '../../store/workflow-versions.ts';
import { bundle } from './bundle.ts';
import type { Hosts } from './hosts.ts';
import type { Declared } from './protocol.ts';
import { type UserWorkflow, userWorkflow } from './workflow.ts';

/** The person's workflow files: read when they change, the last version that loaded stays in use. */
export interface WorkflowFiles {
  /** Looks at the folder now; resolves when what changed is in use or its fault is written down. */
  look(): Promise<void>;
  /** The version a Run began with, from the store; null when nobody kept it. */
  version(hash: string): Promise<UserWorkflow | null>;
  close(): void;
}

export interface WorkflowFilesOptions {
  /** `<data>/workflows`; may not exist. */
  readonly folder: string;
  readonly store: Store;
  readonly hosts: Hosts;
  readonly clock: Clock;
  readonly log: Log;
  /** Built-in definitions by name; the person's are put beside them. */
  readonly workflows: Map<string, WorkflowDefinition>;
  /** A name has another version now, or none (null). Awaited before it is in use. */
  readonly onChange?: (name: string, workflow: UserWorkflow | null) => Promise<void>;
}

const lookMs = 1_000;

/** What a file was made of, when it was last read. */
interface Seen {
  readonly inputs: readonly string[];
  readonly stamp: string;
}

/** Reads the folder, first what the store has of each file, and goes on looking once a second. */
export async function openWorkflowFiles(o: WorkflowFilesOptions): Promise<WorkflowFiles> {
  const { folder, store, hosts, log, workflows } = o;
  const builtIn = new Set(workflows.keys());
  const seen = new Map<string, Seen>();
  const versions = new Map<string, Promise<UserWorkflow | null>>();
  const inTurn = oneByOne();

  const version = (hash: string) => {
    const found = versions.get(hash) ?? load(hash);
    versions.set(hash, found);
    return found;
  };
  async function load(hash: string): Promise<UserWorkflow | null> {
    const row = await getWorkflowVersion(store.db, hash);
    if (!row) return null;
    const { code, number } = row;
    return userWorkflow({ hosts, hash, number, code, declared: row.declared as Declared });
  }

  async function use(name: string, workflow: UserWorkflow): Promise<void> {
    await o.onChange?.(name, workflow);
    workflows.set(name, workflow);
  }

  async function read(file: string): Promise<void> {
    const name = basename(file, '.ts');
    const before = seen.get(name);
    if (before && before.stamp === (await stampOf(before.inputs))) return;
    try {
      if (builtIn.has(name)) {
        throw new TomteError(
          'workflow.file_invalid',
          `${name} is the name of a workflow that comes with Tomte`,
        );
      }
      await refuseForeign([folder, file]);
      const { hash, code, inputs } = await bundle(file, folder);
      seen.set(name, { inputs, stamp: await stampOf(inputs) });
      const active = workflows.get(name) as UserWorkflow | undefined;
      if (active?.version.hash !== hash) {
        const declared = await hosts.use({ hash, code }, async (host) => host.declared);
        const number = await saveWorkflowVersion(store.db, { hash, name, code, declared });
        const workflow = userWorkflow({ hosts, hash, number, code, declared });
        versions.set(hash, Promise.resolve(workflow));
        await use(name, workflow);
        log.info({ workflow: name, version: number }, 'a workflow file is in use');
      }
      await saveWorkflowFile(store.db, { name, hash, at: new Date(o.clock.now()) });
    } catch (error) {
      if (!isError(error)) throw error;
      const inputs = (error.details.inputs as string[] | undefined) ?? before?.inputs ?? [file];
      seen.set(name, { inputs, stamp: await stampOf(inputs) });
      log.warn(
        { workflow: name, code: error.code },
        `a workflow file could not be loaded: ${error.message}`,
      );
      await saveWorkflowFile(store.db, {
        name,
        error: error.toJSON().error,
        at: new Date(o.clock.now()),
      });
    }
  }

  async function drop(name: string): Promise<void> {
    seen.delete(name);
    await dropWorkflowFile(store.db, name);
    if (builtIn.has(name)) return;
    await o.onChange?.(name, null);
    workflows.delete(name);
    log.info({ workflow: name }, 'a workflow file is gone; no new Runs of it');
  }

  async function look(): Promise<void> {
    const files = await filesOf(folder);
    for (const file of files) await read(file);
    const there = new Set(files.map((file) => basename(file, '.ts')));
    for (const name of [...seen.keys()]) if (!there.has(name)) await drop(name);
  }

  // At a start the last good versions go first: a file that broke meanwhile must not stop its workflow.
  for (const { name, hash } of await listWorkflowFiles(store.db)) {
    seen.set(name, { inputs: [], stamp: 'not read yet' });
    const workflow = hash === null || builtIn.has(name) ? null : await version(hash);
    if (workflow) await use(name, workflow);
  }
  const looked = () => inTurn(look);
  await looked();
  const stop = o.clock.every(lookMs, () => {
    looked().catch((error: unknown) =>
      log.error({ err: error }, 'the workflow folder could not be read; tried again'),
    );
  });
  return { look: looked, version, close: stop };
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /^[a-z][a-z0-9-]*\.ts$/.test(name) && !/\.(test|d)\.ts$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Sizes and times of files, as one text; a file that is gone is part of it. */
async function stampOf(paths: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ mtimeMs, size, ino }) => `${path} ${mtimeMs} ${size} ${ino}`,
        () => `${path} gone`,
      ),
    ),
  );
  return parts.join('\n');
}
