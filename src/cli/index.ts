import { isError, TomteError } from '@tomte/sdk/errors';
import { nearest } from '../lib/nearest.ts';
import { scrub } from '../lib/secret.ts';
import type { CliDeps, Command, Context, Opened, Problem } from './command.ts';
import actions from './commands/actions.ts';
import alerts from './commands/alerts.ts';
import approve from './commands/approve.ts';
import audit from './commands/audit.ts';
import away from './commands/away.ts';
import backtest from './commands/backtest.ts';
import backup from './commands/backup.ts';
import channels from './commands/channels.ts';
import check from './commands/check.ts';
import connectors from './commands/connectors.ts';
import decisions from './commands/decisions.ts';
import detect from './commands/detect.ts';
import doctor from './commands/doctor.ts';
import draft from './commands/draft.ts';
import energy from './commands/energy.ts';
import guests from './commands/guests.ts';
import homes from './commands/homes.ts';
import link from './commands/link.ts';
import mcp from './commands/mcp.ts';
import models from './commands/models.ts';
import newOne from './commands/new.ts';
import password from './commands/password.ts';
import pause from './commands/pause.ts';
import persons from './commands/persons.ts';
import plan from './commands/plan.ts';
import redTeam from './commands/red-team.ts';
import restore from './commands/restore.ts';
import routes from './commands/routes.ts';
import run from './commands/run.ts';
import runs from './commands/runs.ts';
import start from './commands/start.ts';
import status from './commands/status.ts';
import stopActions from './commands/stop-actions.ts';
import types from './commands/types.ts';
import unlink from './commands/unlink.ts';
import why from './commands/why.ts';
import workflows from './commands/workflows.ts';
import { type ParsedLine, parseLine } from './parse.ts';
import { columns, plain, problemLine } from './print.ts';

export type { BackedUp, CliDeps, Command, Flags, Opened, Problem, Restored } from './command.ts';

/** In the order of the help. */
export const commands: readonly Command[] = [
  ...[start, status, link, homes, unlink, doctor, alerts],
  ...[workflows, run, runs, actions, why, backtest, channels, persons, routes],
  ...[energy, connectors, models, decisions, audit],
  ...[approve, pause, guests, away, newOne, types, stopActions],
  ...[password, backup, restore, check, detect, plan, redTeam],
  ...[draft, mcp],
];

/** Runs one command line (without program and script). Answers the exit code; throws nothing. */
export async function runCli(argv: readonly string[], deps: CliDeps): Promise<number> {
  // Before anything is parsed: an error in the flags shall also come in the form that was asked for.
  const json = argv.includes('--json');
  try {
    const [name, ...rest] = argv;
    if (name === '--version') return say(deps, [deps.version]);
    if (name === undefined || ['--help', '-h', 'help'].includes(name)) return say(deps, overview());
    const found = commands.find((one) => one.name === name);
    if (!found) throw unknownCommand(name);
    const line = parseLine(found, rest);
    if (line.on('help')) return say(deps, helpOf(found));
    return await runCommand(found, line, deps);
  } catch (error) {
    return tell(error, json, deps);
  }
}

async function runCommand(found: Command, line: ParsedLine, deps: CliDeps): Promise<number> {
  let opened: Promise<Opened> | undefined;
  const context: Context = {
    ...line,
    deps,
    json: line.on('json'),
    open: () => {
      opened ??= deps.open(line.flags);
      return opened;
    },
    answer(value, lines) {
      if (line.on('json')) deps.out(`${JSON.stringify(value)}\n`);
      else say(deps, lines);
    },
  };
  try {
    return (await found.run(context)) ?? 0;
  } finally {
    // What failed to open was told already.
    await opened?.then(
      (one) => one.close(),
      () => undefined,
    );
  }
}

function say(deps: CliDeps, lines: readonly string[]): number {
  if (lines.length > 0) deps.out(`${plain(lines.join('\n'))}\n`);
  return 0;
}

/** The one place where errors become text and exit code. */
function tell(error: unknown, json: boolean, deps: CliDeps): number {
  const known = isError(error)
    ? error
    : new TomteError('app.internal', scrub((error as Error)?.message ?? String(error)));
  if (known !== error) deps.err(`${scrub(String((error as Error)?.stack ?? error))}\n`);
  if (json) deps.out(`${scrub(JSON.stringify(known))}\n`);
  else {
    const lines = [known.message, ...detailLines(known), known.hint, `(${known.code})`];
    deps.err(scrub(`${plain(lines.join('\n'))}\n`));
  }
  return known.row.exit;
}

/** What a person needs of the details: lines of a log, problems of a configuration. */
function detailLines({ details }: TomteError): string[] {
  const { log, problems } = details;
  if (Array.isArray(problems)) return problems.map((one) => `  ${problemLine(one as Problem)}`);
  return Array.isArray(log) ? log.map((line) => `  ${line}`) : [];
}

function unknownCommand(name: string): TomteError {
  const meant = nearest(
    name,
    commands.map((one) => one.name),
  );
  return new TomteError('cli.usage', `There is no command ${name}`, {
    ...(meant === null ? {} : { hint: `Did you mean tomte ${meant}?` }),
  });
}

const overview = (): string[] => [
  'tomte COMMAND …',
  '',
  ...columns(commands.map(({ name, about }) => [`  ${name}`, about])),
  '',
  'Every command takes --json, --data DIR and --help.',
];

const helpOf = ({ about, usage, options }: Command): string[] => [
  about,
  '',
  `  ${usage}`,
  '',
  ...columns(
    Object.entries({ ...options, ...common }).map(([name, option]) => [
      `  --${name}${option.type === 'string' ? ' …' : ''}`,
      option.about,
    ]),
  ),
];

const common = {
  json: { type: 'boolean', about: 'one JSON value on standard output' },
  data: { type: 'string', about: 'data folder, instead of TOMTE_DATA or the default' },
  help: { type: 'boolean', about: 'this' },
} as const;
