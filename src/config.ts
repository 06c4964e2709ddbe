/** One strict schema, where its values come from, and the loader that says all that is wrong at once: one thing, read together. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { readSupervisor, type Supervisor, supervisorVariables } from './config-supervisor.ts';
import { isAllowEntry } from './lib/addresses.ts';
import type { LogLevel } from './lib/log.ts';
import { nearest } from './lib/nearest.ts';
import { masked, Secret } from './lib/secret.ts';

/** What `<data>/tomte.yaml` may hold: what the machine needs to start. People's settings live in the store. */
export const configSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Any other than a loopback one needs a password first.'),
  port: z
    .int()
    .min(0)
    .max(65535)
    .default(8640)
    .describe('Port to listen on; 0 takes any that is free.'),
  hosts: z
    .array(z.string().regex(/^[a-z0-9.-]+$/i, 'expected a host name without port'))
    .default([])
    .describe('Names under which browsers may open Tomte, besides localhost and IP addresses.'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'expected a whole address with http or https' })
    .nullable()
    .default(null)
    .describe('Address under which phones reach this Tomte; without it messages carry no links.'),
  allowAddresses: z
    .array(z.string().refine(isAllowEntry, 'expected an address, a range or a name'))
    .default([])
    .describe(
      'What connectors and workflows may reach besides public addresses: 192.168.1.40, 192.168.1.0/24, nas.lan, or private for all of your network.',
    ),
  retentionDays: z
    .int()
    .min(1)
    .max(3650)
    .default(365)
    .describe('Days that readings are kept, until changed on the screen.'),
  keyFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('File with the key that seals tokens; without it the data folder holds one.'),
  discover: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Ask the local network (mDNS) for homes while somebody is linking one.'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('From which level on to log, on standard error.'),
  worker: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'expected letters, digits, dots, dashes')
    .default('main')
    .describe('Name of this Tomte where several share one database; keep it over restarts.'),
  supervisor: z
    .enum(['on', 'off'])
    .default('off')
    .describe('Run as an app of Home Assistant: linked and opened through its Supervisor.'),
});

type Read = z.output<typeof configSchema>;
export interface Config extends Readonly<Omit<Read, 'logLevel' | 'supervisor'>> {
  /** Absolute path. */
  readonly dataFolder: string;
  readonly logLevel: LogLevel;
  /** A PostgreSQL of the person's own (`DATABASE_URL`), or null for the one that came with Tomte. */
  readonly databaseUrl: Secret | null;
  /** Null where Tomte is no app of Home Assistant. */
  readonly supervisor: Supervisor | null;
}

export interface Problem {
  /** Key of the file, name of the variable, or the flag. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  /** Line in tomte.yaml, from 1. */
  readonly line?: number;
}

export interface ConfigSources {
  /** Values of flags by their name without dashes; absent or undefined where not given. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
  readonly root?: boolean;
}

type Key = keyof z.input<typeof configSchema>;

const variables: Readonly<Record<string, Key>> = {
  TOMTE_HOST: 'host',
  TOMTE_PORT: 'port',
  TOMTE_HOSTS: 'hosts',
  TOMTE_PUBLIC_URL: 'publicUrl',
  TOMTE_ALLOW_ADDRESSES: 'allowAddresses',
  TOMTE_RETENTION_DAYS: 'retentionDays',
  TOMTE_KEY_FILE: 'keyFile',
  TOMTE_DISCOVER: 'discover',
  TOMTE_LOG_LEVEL: 'logLevel',
  TOMTE_WORKER: 'worker',
  TOMTE_SUPERVISOR: 'supervisor',
};

const flagKeys: Readonly<Record<string, Key>> = {
  host: 'host',
  port: 'port',
  'log-level': 'logLevel',
};

/** The sources as this process has them. */
export const processSources = (flags: ConfigSources['flags']): ConfigSources => ({
  flags,
  env: process.env,
});

/** Defaults, then the file, then the environment, then flags. Throws config.invalid with all problems. */
export function loadConfig(sources: ConfigSources): Config {
  const { config, problems } = checkConfig(sources);
  if (config !== null) return config;
  const [first] = problems;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  throw new TomteError(
    'config.invalid',
    `${first!.path}: found ${first!.found}, expected ${first!.expected}${more}`,
    { details: { problems } },
  );
}

/** The configuration, or every problem of every source at once. Opens nothing. */
export function checkConfig(sources: ConfigSources): {
  config: Config | null;
  problems: Problem[];
  dataFolder: string;
  file: string;
} {
  const { flags, env } = sources;
  const dataFolder = dataFolderOf(sources);
  const file = join(dataFolder, 'tomte.yaml');
  const fromFile = readConfigFile(file);
  const problems = [...fromFile.problems, ...misspeltVariables(env)];
  const merged: Record<string, unknown> = { ...fromFile.values };
  const origin: Record<string, string> = {};
  const take = (text: string | undefined, key: Key, name: string) => {
    if (text === undefined || text === '') return;
    merged[key] = fromText(text, key);
    origin[key] = name;
  };
  for (const [name, key] of Object.entries(variables)) take(env[name], key, name);
  for (const [name, key] of Object.entries(flagKeys)) take(flags[name], key, `--${name}`);
  const databaseUrl = readDatabaseUrl(env.DATABASE_URL, problems);
  const read = configSchema.safeParse(merged);
  if (!read.success) problems.push(...asProblems(read.error, merged, origin, fromFile));
  const supervisor = read.data?.supervisor === 'on' ? readSupervisor(env, problems) : null;
  if (!read.success || problems.length > 0) return { config: null, problems, dataFolder, file };
  const keyFile = read.data.keyFile ?? systemdKey(env.CREDENTIALS_DIRECTORY);
  const config = Object.freeze({ ...read.data, keyFile, dataFolder, databaseUrl, supervisor });
  return { config, problems, dataFolder, file };
}

function dataFolderOf({ flags, env, home, root }: ConfigSources): string {
  const given = flags.data ?? env.TOMTE_DATA;
  if (given) return resolve(given);
  if (root ?? process.getuid?.() === 0) return '/var/lib/tomte';
  return join(home ?? homedir(), '.local', 'share', 'tomte');
}

/** systemd's LoadCredential=tomte-key:… puts the key where only the service can read it. */
function systemdKey(folder: string | undefined): string | null {
  if (!folder) return null;
  const file = join(folder, 'tomte-key');
  return existsSync(file) ? file : null;
}

/** Environment and flags are text; numbers and lists are read out of it, the schema judges them. */
function fromText(text: string, key: Key): unknown {
  if (key === 'hosts' || key === 'allowAddresses')
    return text.split(',').map((name) => name.trim());
  if (key === 'port' || key === 'retentionDays') return /^\d+$/.test(text) ? Number(text) : text;
  return text;
}

function readDatabaseUrl(text: string | undefined, problems: Problem[]): Secret | null {
  if (!text) return null;
  if (!/^postgres(ql)?:\/\//.test(text)) {
    problems.push({
      path: 'DATABASE_URL',
      found: masked,
      expected: 'postgresql://user:password@host:5432/database',
    });
  }
  return new Secret(text);
}

function misspeltVariables(env: ConfigSources['env']): Problem[] {
  const known = [...Object.keys(variables), ...supervisorVariables, 'TOMTE_DATA'];
  return Object.keys(env).flatMap((name) => {
    const meant = name.startsWith('TOMTE_') && !known.includes(name) ? nearest(name, known) : null;
    return meant
      ? [{ path: name, found: 'an unknown variable', expected: `did you mean ${meant}?` }]
      : [];
  });
}

interface FileContent {
  readonly values: Record<string, unknown>;
  readonly problems: Problem[];
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

function readConfigFile(file: string): FileContent {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problems =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? []
        : [{ path: file, found: message, expected: 'a file that can be read' }];
    return { values: {}, problems, lineOf: () => undefined };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = document.errors.map((error) => ({
    path: file,
    found: error.message,
    expected: 'YAML',
    line: lines.linePos(error.pos[0]).line,
  }));
  const content: unknown = problems.length > 0 ? {} : contentOf(document, file, problems);
  const isObject = typeof content === 'object' && !Array.isArray(content);
  if (!isObject) problems.push({ path: file, found: show(content), expected: 'keys', line: 1 });
  const lineOf = (path: readonly PropertyKey[]) => {
    const at = keyPosition(document, path);
    return at === undefined ? undefined : lines.linePos(at).line;
  };
  return { values: isObject ? (content as Record<string, unknown>) : {}, problems, lineOf };
}

/** Aliases are resolved only here, and may name nothing or themselves many times over. */
function contentOf(document: Document, file: string, problems: Problem[]): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    problems.push({ path: file, found: (error as Error).message, expected: 'YAML' });
    return {};
  }
}

function keyPosition(document: Document, path: readonly PropertyKey[]): number | undefined {
  if (!isMap(document.contents)) return undefined;
  const pair = document.contents.items.find(
    ({ key }) => isScalar(key) && String(key.value) === String(path[0]),
  );
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}

function asProblems(
  error: z.ZodError,
  merged: Record<string, unknown>,
  origin: Record<string, string>,
  file: FileContent,
): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const meant = nearest(key, Object.keys(configSchema.shape));
        const expected = meant ? `did you mean ${meant}?` : 'a key of the reference';
        return located({ path: key, found: 'an unknown key', expected }, file.lineOf([key]));
      });
    }
    const key = String(issue.path[0]);
    const value = issue.path.reduce<unknown>(
      (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
      merged,
    );
    const path = origin[key] ?? issue.path.join('.');
    const line = origin[key] ? undefined : file.lineOf(issue.path);
    return [located({ path, found: show(value), expected: expectedOf(issue.message) }, line)];
  });
}

const located = (problem: Problem, line: number | undefined): Problem =>
  line === undefined ? problem : { ...problem, line };

/** zod says "Invalid input: expected number, received string"; what was received we show as it is. */
const expectedOf = (message: string): string =>
  message
    .replace(/^(Invalid input|Invalid option|Too \w+): /, '')
    .replace(/, received .*$/, '')
    .replace(/^expected /, '');

const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 100);
