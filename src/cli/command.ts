import type { Tomte } from '@tomte/sdk/operations';
import type { LinkAnswer, LinkRequest, ProbeStage } from '@tomte/sdk/types';
import type { Clock } from '../lib/clock.ts';

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly about: string;
  /** May be given several times. */
  readonly multiple?: boolean;
}

export type OptionValue = string | boolean | string[] | undefined;

/** One command: its file in `commands/` holds all there is about it. */
export interface Command {
  readonly name: string;
  readonly about: string;
  readonly usage: string;
  /** Besides --json, --data and --help, which every command takes. */
  readonly options: Readonly<Record<string, Option>>;
  /** How many words may follow the options; more or fewer is wrong use. */
  readonly words: { readonly min: number; readonly max: number };
  /** Exit code; 0 where nothing is answered. */
  run(context: Context): Promise<number | undefined>;
}

export const command = (definition: Command): Command => definition;

/** The running service, or the data folder itself where none runs. */
export interface Opened {
  readonly tomte: Tomte;
  /** Authorize with every stage told as it is reached; without it, stages come with the answer. */
  readonly linkLive?: (
    request: LinkRequest,
    onStage: (stage: ProbeStage) => void,
  ) => Promise<LinkAnswer>;
  /** Writes a backup of everything to the file, which this command makes and no service. */
  backup(file: string, onRows: OnRows): Promise<BackedUp>;
  close(): Promise<void>;
}

/** What came of attack texts, for whoever judges. */
export interface RedTeamReport {
  readonly cases: number;
  readonly attempts: number;
  readonly results: readonly {
    readonly name: string;
    readonly error?: { readonly message: string };
  }[];
  readonly breaches: readonly { readonly name: string; readonly what: string }[];
  readonly control: {
    readonly action: string;
    readonly target: readonly string[];
    readonly sent: boolean;
  };
}

/** Rows that are done, of so many. */
export type OnRows = (done: number, of: number) => void;

export interface BackedUp {
  readonly file: string;
  readonly bytes: number;
  readonly createdAt: string;
  readonly tables: number;
  readonly rows: number;
  /** Fingerprint of the key that its secrets need. */
  readonly key: string;
  /** Files of the data folder that are not in it. */
  readonly notIn: readonly string[];
}

export interface Restored {
  readonly file: string;
  readonly createdAt: string;
  readonly program: string;
  readonly tables: number;
  readonly rows: number;
  /** Where what was there before is kept; null when nothing was. */
  readonly replaced: string | null;
  /** Fingerprints: of the key its secrets need, and of the one that is here. */
  readonly key: { readonly needed: string; readonly here: string };
  /** Homes whose token the key here does not open. */
  readonly linkAnew: readonly {
    readonly id: string;
    readonly name: string;
    readonly address: string;
  }[];
  /** What has secrets that it does not open, such as `the channel Telephone`. */
  readonly typeAnew: readonly string[];
}

export interface Problem {
  readonly path: string;
  /** Absent where the value is not shown again, such as that of a password. */
  readonly found?: string;
  readonly expected: string;
  readonly line?: number;
}

/** Flags that configure the program itself, by name: data, host, port, log-level. */
export type Flags = Readonly<Record<string, string | undefined>>;

/** What the composition root hands in. `flags` are those of the command line. */
export interface CliDeps {
  /** Nothing is opened before the first operation is called. */
  open(flags: Flags): Promise<Opened>;
  /** Runs the service until it is told to end; answers the exit code. */
  serve(flags: Flags, o: { demo: boolean }): Promise<number>;
  /** Puts a backup in place of what the data folder holds. The file is checked first. */
  restore(
    flags: Flags,
    o: {
      readonly file: string;
      readonly replace: boolean;
      readonly onRows: (phase: 'checking' | 'restoring', ...rows: Parameters<OnRows>) => void;
    },
  ): Promise<Restored>;
  check(flags: Flags): Promise<{ readonly file: string; readonly problems: readonly Problem[] }>;
  newWorkflow(
    flags: Flags,
    name: string,
  ): Promise<{ readonly folder: string; readonly made: readonly string[] }>;
  /** Attack texts, one a line, against a simulated home on this computer. */
  redTeam(cases: string): Promise<RedTeamReport>;
  /** Tools for programs, over the standard streams or an address of their own, until told to end. */
  mcp(
    tomte: Tomte,
    o: {
      readonly readOnly: boolean;
      readonly http: { readonly host: string; readonly port: number } | null;
    },
  ): Promise<void>;
  /** Engine of `detect`: a line in, lines out. */
  detect(): Promise<{ line(text: string): string[] }>;
  /** Planner of `plan --jsonl`: a line in, a line out or null; closed when the lines end. */
  planner(): Promise<{ line(text: string): Promise<string | null>; close(): Promise<void> }>;
  /** Work that Ctrl-C, or an end by signal, stops in order. */
  untilInterrupted<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly version: string;
  /** Standard input, output and error; out and err are handed text with its line ends. */
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  out(text: string): void;
  err(text: string): void;
}

export interface Context {
  readonly words: readonly string[];
  readonly json: boolean;
  readonly flags: Flags;
  readonly deps: CliDeps;
  text(name: string): string | undefined;
  texts(name: string): string[];
  on(name: string): boolean;
  /** Opened at the first call, closed after the command. */
  open(): Promise<Opened>;
  /** The command's answer: as JSON with --json, else these lines. */
  answer(value: unknown, lines: readonly string[]): void;
}
