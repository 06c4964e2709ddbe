/** The entry: command line in, exit code out. Everything it does is handed to `cli/` as functions. */
import { join } from 'node:path';
import { connect } from '@tomte/sdk/client';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { CliDeps, Flags, Opened } from './cli/index.ts';
import { runCli } from './cli/index.ts';
import { checkConfig, loadConfig, processSources } from './config.ts';
import { systemClock, withTimeout } from './lib/clock.ts';
import { type Log, openLog } from './lib/log.ts';
import { scrub } from './lib/secret.ts';
import { readServiceFile } from './main/service-file.ts';
import { version } from './main/version.ts';

/** Tells `bin/` to start the program again: the database died, or Tomte itself failed. */
const againCode = 75;
const patienceMs = 20_000;
const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

/** The running service of this data folder, or the folder itself where none runs. */
async function open(flags: Flags): Promise<Opened> {
  const config = loadConfig(processSources(flags));
  const running = await readServiceFile(config.dataFolder);
  if (running) {
    const client = connect({
      base: `${running.address}api/`,
      credential: running.credential.reveal(),
    });
    const silent = () =>
      new TomteError('cli.service_unreachable', `The Tomte at ${running.address} does not answer`, {
        hint: `It runs (pid ${running.pid}) and is silent. End it and start it again.`,
      });
    const asking = () => withTimeout(systemClock, patienceMs, client.status({}), silent);
    if (await answers(asking)) {
      return {
        tomte: client,
        linkLive: client.linkLive,
        backup: (file, onRows) =>
          untilInterrupted(async (stop) => {
            const { saveBackup, sent } = await import('./main/save-backup.ts');
            return saveBackup(config, sent(client.backup(stop)), file, onRows);
          }),
        close: async () => {},
      };
    }
  }
  const log = openLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  // Rooms are loaded by those who need them: a command that asks a running service needs none.
  const { openOffline } = await import('./main/offline.ts');
  const { backup, ...offline } = openOffline(config, log);
  return {
    ...offline,
    backup: (file, onRows) =>
      untilInterrupted(async (stop) => {
        const { saveBackup } = await import('./main/save-backup.ts');
        return saveBackup(config, backup(stop), file, onRows);
      }),
  };
}

/** Work that Ctrl-C ends in order: what is half done is taken back. */
async function untilInterrupted<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const end = () => stop.abort(new TomteError('backup.interrupted', 'Stopped'));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, end);
  try {
    return await work(stop.signal);
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}

/** False when nobody listens there: the file was left by a service that was killed. */
async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (isError(error)) throw error;
    return false;
  }
}

async function serve(flags: Flags, o: { demo: boolean }): Promise<number> {
  const config = loadConfig(processSources(flags));
  const log = openLog(config.logLevel);
  const ended = Promise.withResolvers<number>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => ended.resolve(0));
  failLoudly(log, ended.resolve);
  const { openService } = await import('./main/serve.ts');
  const service = await openService({ config, log, demo: o.demo }).catch((error: unknown) => {
    if (!isError(error, 'store.died')) throw error;
    log.error({ err: error }, 'the database died; starting again');
    return null;
  });
  if (!service) return againCode;
  err(`Tomte is at ${service.address} and watches while this computer is on.\n`);
  service.died.then(
    (error) => {
      log.error({ err: error }, 'the database died; starting again');
      ended.resolve(againCode);
    },
    () => {},
  );
  const code = await ended.promise;
  await service.close();
  return code;
}

/** A fault nobody caught: written down without secrets, then the program starts again from a known state. */
function failLoudly(log: Log, end: (code: number) => void): void {
  const fail = (error: unknown) => {
    log.error({ err: error }, 'a fault that nobody caught; starting again');
    end(againCode);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
}

// Whoever read our output went (`tomte alerts | head -1`): no fault, the command still ends in order.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const deps: CliDeps = {
  open,
  serve,
  restore: (flags, o) =>
    untilInterrupted(async (signal) => {
      const config = loadConfig(processSources(flags));
      const log = openLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
      const { restore } = await import('./main/restore.ts');
      return restore({ ...o, config, log, clock: systemClock, signal });
    }),
  async check(flags) {
    const { file, problems } = checkConfig(processSources(flags));
    // A folder that is not known yet has no workflows.
    if (problems.length > 0) return { file, problems };
    const { checkWorkflows } = await import('./main/check-workflows.ts');
    const { dataFolder } = loadConfig(processSources(flags));
    return { file, problems: await checkWorkflows(join(dataFolder, 'workflows')) };
  },
  async newWorkflow(flags, name) {
    const { newWorkflow } = await import('./main/new-workflow.ts');
    return newWorkflow(loadConfig(processSources(flags)).dataFolder, name);
  },
  async redTeam(cases) {
    const { redTeam } = await import('./main/red-team/red-team.ts');
    return redTeam(cases);
  },
  async mcp(tomte, o) {
    const log = openLog('warn');
    const { runMcp } = await import('./main/mcp/door.ts');
    await untilInterrupted((stop) =>
      runMcp({ tomte, log, stop, ...o, said: (text) => err(`${text}\n`) }),
    );
  },
  async detect() {
    const { openDetection } = await import('./anomaly/jsonl.ts');
    const { loadDetectors } = await import('./main/definitions.ts');
    return openDetection(await loadDetectors(null));
  },
  async planner() {
    const { openPlanner } = await import('./energy/plan/jsonl.ts');
    const { openSolver } = await import('./lib/solve/solver.ts');
    const onFault = (error: unknown) => err(`${scrub(String(error))}\n`);
    const solver = openSolver({ clock: systemClock, onFault });
    await solver.warm();
    const planner = openPlanner({ solve: solver.solve, ticks: systemClock.ticks });
    return { line: planner.line, close: solver.close };
  },
  untilInterrupted,
  clock: systemClock,
  version,
  input: process.stdin,
  out,
  err,
};

try {
  process.exitCode = await runCli(process.argv.slice(2), deps);
} catch (error) {
  err(`${scrub(String((error as Error)?.stack ?? error))}\n`);
  process.exitCode = error instanceof TomteError ? error.row.exit : 1;
}
// A library's forgotten timer must not keep a finished command alive.
process.stdout.write('', () => process.exit());
