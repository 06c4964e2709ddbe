/** The table of WebSocket commands; each noun has a file in commands/. */
import type { SimUser } from './auth.ts';
import { accountCommands } from './commands/account.ts';
import { coreCommands } from './commands/core.ts';
import { recorderCommands } from './commands/recorder.ts';
import { registryCommands } from './commands/registries.ts';
import { reportCommands } from './commands/reports.ts';
import type { Connection } from './connection.ts';
import type { World } from './world.ts';

export interface CommandCall {
  readonly world: World;
  readonly connection: Connection;
  readonly id: number;
  readonly message: Readonly<Record<string, unknown>>;
  readonly user: SimUser;
}

export interface Command {
  readonly admin?: boolean;
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
  /** Answers the result; undefined when it has answered itself. */
  run(call: CommandCall): unknown;
}

export type CommandTable = ReadonlyMap<string, Command>;

export function commandTable(without: readonly string[]): CommandTable {
  const all: Record<string, Command> = {
    ...coreCommands,
    ...registryCommands,
    ...recorderCommands,
    ...reportCommands,
    ...accountCommands,
  };
  const kept = Object.entries(all).filter(([type]) => !without.includes(type.split('/')[0]!));
  return new Map(kept);
}
