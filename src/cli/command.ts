import type { Tomte } from '@tomte/sdk/operations';
import type { LinkAnswer, LinkRequest, ProbeStage } from '@tomte/sdk/types';

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
  close(): Promise<void>;
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
  check(flags: Flags): Promise<{ readonly file: string; readonly problems: readonly Problem[] }>;
  /** Engine of `detect`: a line in, lines out. */
  detect(): Promise<{ line(text: string): string[] }>;
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
