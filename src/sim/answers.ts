import type { IncomingMessage } from 'node:http';
import type { SimUser } from './auth.ts';
import type { World } from './world.ts';

export interface HttpCall {
  readonly world: World;
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** Null on routes that ask for no token. */
  readonly user: SimUser | null;
}

export type HttpAnswer =
  | { status: number; json: unknown; type?: string }
  | { status: number; text: string; type?: string }
  | { status: number; bytes: Buffer; type: string };

export const refusal = (status: number, words: string): HttpAnswer => ({
  status,
  text: `${status}: ${words}`,
});
