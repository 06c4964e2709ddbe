import { TomteError } from '@tomte/sdk/errors';

/** One message of the home. Only what is looked at is checked; the rest stays unknown. */
export interface Message {
  readonly type: string;
  readonly id?: number;
  readonly success?: boolean;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly event?: unknown;
  readonly message?: unknown;
  readonly ha_version?: unknown;
}

export type Plain = Record<string, unknown>;

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deeper than anything Home Assistant sends; beyond it, whoever walks the value later could run out of stack. */
const depthMax = 128;
const messagesMax = 20_000;

/**
 * Messages of one text frame, which is an object or, with coalescing, an array of them.
 * Keys that could reach a prototype are left out. Throws TomteError `home.frame_invalid`.
 */
export function parseFrame(text: string): Message[] {
  // Short frames cannot be deep; they are also the hot ones.
  if (text.length > 2 * depthMax) checkDepth(text);
  let value: unknown;
  try {
    value = reachesPrototype.test(text) ? JSON.parse(text, dropPrototypeKeys) : JSON.parse(text);
  } catch (error) {
    throw invalid('a frame is not JSON', error);
  }
  const messages = Array.isArray(value) ? value : [value];
  if (messages.length > messagesMax) throw invalid('a frame holds too many messages');
  for (const message of messages) checkMessage(message);
  return messages as Message[];
}

export function invalid(what: string, cause?: unknown): TomteError {
  return new TomteError('home.frame_invalid', `The home broke the protocol: ${what}`, { cause });
}

function checkMessage(message: unknown): void {
  if (!isPlain(message)) throw invalid('a message is not an object');
  if (typeof message.type !== 'string') throw invalid('a message has no type');
  // A result for a message the home could not read carries `id: null`.
  if (message.id !== undefined && message.id !== null && !Number.isSafeInteger(message.id)) {
    throw invalid('a message has a wrong id');
  }
}

const reachesPrototype = /__proto__|"constructor"|"prototype"|\\u00[5-7]/i;
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);
function dropPrototypeKeys(key: string, value: unknown): unknown {
  return forbidden.has(key) ? undefined : value;
}

function checkDepth(text: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      i = endOfString(text, i);
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > depthMax) throw invalid('a frame is nested too deeply');
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
}

/** Index of the quote that closes the string opened at `start`. */
function endOfString(text: string, start: number): number {
  for (let i = start; ; ) {
    i = text.indexOf('"', i + 1);
    if (i === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(i - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return i;
  }
}
