import { parseArgs } from 'node:util';
import { TomteError } from '@tomte/sdk/errors';
import { nearest } from '../lib/nearest.ts';
import type { Command, Context, OptionValue } from './command.ts';

export type ParsedLine = Pick<Context, 'words' | 'flags' | 'text' | 'texts' | 'on'>;

const configFlags = ['data', 'host', 'port', 'log-level'];

/** Words and options of one command's line. Throws cli.usage. */
export function parseLine(command: Command, line: readonly string[]): ParsedLine {
  const options = {
    ...Object.fromEntries(
      Object.entries(command.options).map(([name, { type, multiple }]) => [
        name,
        { type, multiple: multiple ?? false },
      ]),
    ),
    json: { type: 'boolean' as const },
    data: { type: 'string' as const },
    help: { type: 'boolean' as const, short: 'h' },
  };
  const { values, positionals } = parseStrictly(command, line, options);
  const { min, max } = command.words;
  if (values.help !== true && (positionals.length < min || positionals.length > max)) {
    throw usage(command, positionals.length < min ? 'Something is missing' : 'That is too much');
  }
  const text = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  // The port of a home is no flag of this program.
  const flags = command.name === 'link' ? ['data'] : configFlags;
  return {
    words: positionals,
    flags: Object.fromEntries(flags.map((name) => [name, text(name)])),
    text,
    texts: (name) => (Array.isArray(values[name]) ? values[name] : []),
    on: (name) => values[name] === true,
  };
}

type ParseOptions = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parseStrictly(command: Command, line: readonly string[], options: ParseOptions) {
  try {
    const parsed = parseArgs({ args: [...line], options, allowPositionals: true, strict: true });
    return parsed as { values: Record<string, OptionValue>; positionals: string[] };
  } catch (cause) {
    const typed = /'--([^' ]+)/.exec((cause as Error).message)?.[1];
    const unknown = (cause as { code?: string }).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    const meant = unknown && typed ? nearest(typed, Object.keys(options)) : null;
    const what = unknown ? `There is no --${typed}` : (cause as Error).message.split(/\.\s/)[0]!;
    throw usage(command, meant ? `${what}; did you mean --${meant}?` : what);
  }
}

const usage = (command: Command, what: string): TomteError =>
  new TomteError('cli.usage', what, { hint: command.usage });
