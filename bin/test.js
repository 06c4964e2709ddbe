#!/usr/bin/env node
// npm test: types, style, then the tests. `--long`, `--real`: those suites. `--check`: no tests.
// Anything else goes to Vitest, such as the name of a file. Ends with "N passed, N failed".
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { findNode, root, runProgram } from './node.js';
import { prepare } from './prepare.js';

const ours = ['--long', '--real', '--check'];
const given = process.argv.slice(2);
const suite = given.includes('--long') ? 'long' : given.includes('--real') ? 'real' : 'fast';
const forVitest = given.filter((arg) => !ours.includes(arg));

await prepare({ testTools: true, web: suite !== 'real' && !given.includes('--check') });
const node = findNode();
const env = {
  ...process.env,
  // Programs that tests start by name are to find the same Node.
  PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
  TOMTE_SUITE: suite,
  NODE_ENV: 'test',
};

const failed = [];
if (suite === 'fast' && forVitest.length === 0) failed.push(...(await check()));
const result = given.includes('--check') ? { passed: 0, failed: [] } : await test();
failed.push(...result.failed);
for (const name of failed) process.stdout.write(`failed: ${name}\n`);
process.stdout.write(`${result.passed} passed, ${failed.length} failed\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

/** Names of the checks that failed, after telling what they said. */
async function check() {
  const checks = [
    ['types', 'typescript/bin/tsc', ['-p', '.']],
    ['style', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']],
  ];
  if (existsSync(join(root, 'web', 'tsconfig.json'))) {
    const args = ['--workspace', 'web', '--tsconfig', 'tsconfig.json', '--output', 'human'];
    checks.push(['web types', 'svelte-check/bin/svelte-check', args]);
  }
  const wrong = [];
  // Two at a time: there may be only two cores, and each is happy with one.
  const queue = [...checks];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, file, args] = next;
      const { code, output } = await collect([join(root, 'node_modules', file), ...args]);
      process.stdout.write(`${code === 0 ? 'ok' : 'FAILED'}: ${name}\n`);
      if (code === 0) continue;
      process.stdout.write(output);
      wrong.push(name);
    }
  };
  await Promise.all([work(), work()]);
  return wrong;
}

function collect(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part) => {
        output += part;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

async function test() {
  if (suite === 'real' && !env.REAL_HOME_UP) {
    process.stdout.write('skipped: no real Home Assistant (REAL_HOME_UP is not set)\n');
    return { passed: 0, failed: [] };
  }
  const folder = mkdtempSync(join(tmpdir(), 'tomte-test-result-'));
  const file = join(folder, 'result.json');
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const args = [vitest, 'run', '--passWithNoTests', ...reporters, ...forVitest];
    const code = await runProgram(node, args, { cwd: root, env });
    return readResult(file, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names of what failed; a file that could not be loaded, and an end without a result, are failures too. */
function readResult(file, code) {
  if (!existsSync(file)) return { passed: 0, failed: code === 0 ? [] : ['vitest'] };
  const { testResults, numPassedTests } = JSON.parse(readFileSync(file, 'utf8'));
  const failed = testResults.flatMap(({ name, status, assertionResults }) => {
    const where = relative(root, name);
    const tests = assertionResults.filter((one) => one.status === 'failed');
    if (tests.length === 0) return status === 'failed' ? [where] : [];
    return tests.map(({ fullName }) => `${where} > ${fullName}`);
  });
  return {
    passed: numPassedTests,
    failed: code !== 0 && failed.length === 0 ? ['vitest'] : failed,
  };
}
