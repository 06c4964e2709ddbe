/** A breakpoint in a person's workflow stops its test, as the guide says: asked over the debugger's own protocol. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newWorkflow } from '../src/main/new-workflow.ts';

let data = '';
let child: ChildProcess | undefined;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'tomte-breakpoints-'));
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await rm(data, { recursive: true, force: true });
});

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
}

/** A test run that waits for a debugger, and the debugger. */
async function debug(folder: string, file: string) {
  const args = ['--conditions=tomte-source', '--inspect-brk=127.0.0.1:0', file];
  child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  const address = await new Promise<string>((resolve, reject) => {
    child!.stderr!.setEncoding('utf8').on('data', (part: string) => {
      err += part;
      const [, url] = /Debugger listening on (ws:\S+)/.exec(err) ?? [];
      if (url) resolve(url);
    });
    child!.once('close', () => reject(new Error(err)));
  });
  const socket = new WebSocket(address);
  await once(socket, 'open');
  let last = 0;
  const heard: Message[] = [];
  const waiting = new Set<() => void>();
  socket.onmessage = ({ data: text }) => {
    heard.push(JSON.parse(String(text)) as Message);
    for (const look of waiting) look();
  };
  const next = (wanted: (message: Message) => boolean) =>
    new Promise<Message>((resolve) => {
      const look = () => {
        const at = heard.findIndex(wanted);
        if (at < 0) return;
        waiting.delete(look);
        resolve(heard.splice(at, 1)[0]!);
      };
      waiting.add(look);
      look();
    });
  const ask = async (method: string, params: object = {}) => {
    const id = ++last;
    socket.send(JSON.stringify({ id, method, params }));
    return (await next((message) => message.id === id)).result ?? {};
  };
  return { ask, paused: () => next(({ method }) => method === 'Debugger.paused') };
}

test('a test stops at a breakpoint in the workflow, where its values can be looked at', async () => {
  const { folder } = await newWorkflow(data, 'door-open');
  const file = join(folder, 'door-open.ts');
  const lines = (await readFile(file, 'utf8')).split('\n');
  const lineNumber = lines.findIndex((line) => line.includes('await ctx.alert('));
  expect(lineNumber).toBeGreaterThan(0);
  const { ask, paused } = await debug(folder, 'door-open.test.ts');
  await ask('Runtime.enable');
  await ask('Debugger.enable');
  const url = pathToFileURL(file).href;
  const { breakpointId } = await ask('Debugger.setBreakpointByUrl', { url, lineNumber });
  await ask('Runtime.runIfWaitingForDebugger');
  // First it stops at its own first line.
  await paused();
  await ask('Debugger.resume');
  const { params } = await paused();
  expect(params).toMatchObject({ hitBreakpoints: [breakpointId] });
  const [frame] = params!.callFrames as { callFrameId: string; location: object }[];
  expect(frame).toMatchObject({ location: { lineNumber } });
  const { result } = await ask('Debugger.evaluateOnCallFrame', {
    callFrameId: frame!.callFrameId,
    ...{ expression: 'settings.minutes', returnByValue: true },
  });
  expect(result).toMatchObject({ type: 'number' });
});
