/**
 * The process that holds one version of a person's own workflow. It is started by `host.ts`, told the
 * code over the channel, and reaches nothing but that channel: no environment, no files beside this
 * installation, no further processes.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { registerHooks } from 'node:module';
import { format } from 'node:util';
import type { WorkflowDefinition } from '@tomte/sdk/workflow';
import { type Body, bodyOf } from './child-body.ts';
import { declaredOf, derivedOf } from './declared.ts';
import { failureOf } from './failure.ts';
import type { Begin, FromChild, ToChild } from './protocol.ts';

const messageMax = 1024 * 1024;
const logLinesMax = 1000;
/** No such file: a place of its own, so that the source map’s names stand beside it. */
const codeUrl = 'file:///workflow/bundle.js';

let code = '';
let definition: WorkflowDefinition;
const bodies = new Map<string, Body>();
const seen = new Map<string, number>();
const runOf = new AsyncLocalStorage<string>();
const logged = new Map<string | null, number>();

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === codeUrl) return { url: codeUrl, format: 'module', shortCircuit: true };
    // What the bundle left out is that of this installation, wherever the person's file lies.
    if (context.parentURL === codeUrl)
      return next(specifier, { ...context, parentURL: import.meta.url });
    return next(specifier, context);
  },
  load(url, context, next) {
    if (url !== codeUrl) return next(url, context);
    return { format: 'module', source: code, shortCircuit: true };
  },
});

function send(message: FromChild): void {
  process.send!(message);
}

/** Refuses what the journal could not keep, before it is on its way. */
function checked<T>(value: T): T {
  const text = JSON.stringify(value);
  if (text !== undefined && text.length > messageMax) {
    throw new RangeError(
      `A value of ${text.length} characters is too large; ${messageMax} are allowed`,
    );
  }
  return value;
}

function log(text: string): void {
  const run = runOf.getStore() ?? null;
  const lines = (logged.get(run) ?? 0) + 1;
  logged.set(run, lines);
  if (lines < logLinesMax) send({ type: 'log', run, text: text.slice(0, 2000) });
  else if (lines === logLinesMax) send({ type: 'log', run, text: 'Further lines are left out.' });
}

for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  console[name] = (...words: unknown[]) => log(format(...words));
}

async function load(text: string): Promise<void> {
  code = text;
  const module = (await import(codeUrl)) as { default?: WorkflowDefinition };
  if (module.default?.kind !== 'workflow') {
    throw new TypeError('The file has no default export made with defineWorkflow');
  }
  definition = module.default;
  send({ type: 'loaded', declared: declaredOf(definition) });
}

function begin(message: Begin): void {
  const { run } = message;
  const body = bodyOf(message, { call: (call) => send(checked(call)), log });
  bodies.set(run, body);
  const { compensate } = message;
  const perform = async () => {
    const settings = definition.settings.parse(message.settings);
    if (compensate) return definition.onFailure?.(body.context, settings, compensate);
    return definition.run(body.context, settings);
  };
  runOf
    .run(run, perform)
    .then((value) => send({ type: 'ended', run, value: checked(value) }))
    .catch((error: unknown) => send({ type: 'ended', run, failed: failureOf(error) }));
}

/** Says when all that a message set off has come to rest, so that nobody mistakes thinking for waiting. */
function digested(run: string): void {
  const count = (seen.get(run) ?? 0) + 1;
  seen.set(run, count);
  setImmediate(() =>
    setImmediate(() => bodies.has(run) && send({ type: 'idle', run, seen: count })),
  );
}

async function performStep(run: string, n: number, attempt: number): Promise<void> {
  const body = bodies.get(run);
  if (!body) return;
  try {
    const value = checked(await runOf.run(run, () => body.step(n)));
    send({ type: 'bodyDone', run, n, attempt, value });
  } catch (error) {
    send({ type: 'bodyDone', run, n, attempt, failed: failureOf(error) });
  }
}

function forget(run: string): void {
  bodies.delete(run);
  seen.delete(run);
  logged.delete(run);
}

process.on('message', (message: ToChild) => {
  switch (message.type) {
    case 'load':
      load(message.code).catch((error: unknown) =>
        send({ type: 'notLoaded', failed: failureOf(error) }),
      );
      return;
    case 'derive':
      send({ type: 'derived', n: message.n, derived: derivedOf(definition, message.settings) });
      return;
    case 'ping':
      send({ type: 'pong', n: message.n });
      return;
    case 'drop':
      forget(message.run);
      return;
    case 'begin':
      begin(message);
      break;
    case 'answer':
      runOf.run(message.run, () => bodies.get(message.run)?.answer(message));
      break;
    case 'body':
      void performStep(message.run, message.n, message.attempt);
      break;
  }
  digested(message.run);
});
// The parent is gone: so is everybody who could want an answer.
process.on('disconnect', () => process.exit(0));
