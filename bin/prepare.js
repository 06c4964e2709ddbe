#!/usr/bin/env node
// Installs what the lock file asks for and is missing, and builds the web app when its sources
// changed. Does nothing, and says nothing, when all is there. `--web` builds only.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  databasePackage,
  fail,
  findNode,
  nodePackage,
  root,
  runningNodeIsNew,
  runProgram,
} from './node.js';

/** Brings everything up to date. `testTools`: also what only tests need. */
export async function prepare({ testTools, web, closing }) {
  const missing = missingPackages(testTools);
  const stale = web && webIsStale();
  if (missing.length === 0 && !stale) return;
  const say = (step, text) => process.stderr.write(`${step} of 4: ${text}\n`);
  const own = missing.filter((name) => [databasePackage, nodePackage].includes(name)).length;
  say(
    1,
    `${missing.length} packages to install, ${stale ? 'web app to build' : 'web app is built'}`,
  );
  if (missing.length > 0) {
    say(2, own > 0 ? 'packages, with database and Node, about 180 MB' : 'packages');
    await install(testTools);
    const left = missingPackages(testTools);
    if (left.length > 0) fail(`After npm, these are still missing: ${left.join(', ')}`);
  }
  if (web && webIsStale()) {
    if (existsSync(join(root, 'web', 'index.html'))) {
      say(3, 'web app, once for each version');
      await buildWeb();
    } else say(3, 'there is no web app in this checkout; going on without');
  }
  if (closing) say(4, closing);
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * Names of packages that package-lock.json asks for and that are not installed in that version.
 * npm keeps a lock file of its own in node_modules, written when an installation is complete.
 */
export function missingPackages(testTools) {
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const kept = join(root, 'node_modules', '.package-lock.json');
  const found = existsSync(kept) ? readJson(kept).packages : {};
  const missing = [];
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/') || entry.link) continue;
    if (entry.dev && !testTools) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (entry.optional && !needed(name)) continue;
    const there = found[path];
    const same = there && there.version === entry.version && there.integrity === entry.integrity;
    if (!same) missing.push(name);
  }
  return missing;
}

/** Of the optional packages only those of this platform matter; a Node only if ours is too old. */
const needed = (name) => name === databasePackage || (name === nodePackage && !runningNodeIsNew);

async function install(testTools) {
  // Not `npm ci`: it empties node_modules first, under the feet of a Tomte that runs, and it stops
  // when a registry lacks a package of some other platform. Versions come from the lock file all the same.
  const how = ['install', '--no-save', testTools ? '--include=dev' : '--omit=dev'];
  const args = [...how, '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const code = npm?.endsWith('.js')
    ? await runProgram(process.execPath, [npm, ...args], { cwd: root })
    : await runProgram('npm', args, { cwd: root });
  if (code !== 0) fail(`npm ${how.join(' ')} ended with ${code}.`, 'Its lines above say why.');
}

const webFolders = ['web', 'sdk'];
const hashFile = () => join(root, 'web', 'dist', '.source-hash');

/** True when the web app was never built from these sources. */
function webIsStale() {
  const built = existsSync(hashFile()) ? readFileSync(hashFile(), 'utf8') : '';
  return built !== webHash();
}

function webHash() {
  const hash = createHash('sha256');
  for (const folder of webFolders) {
    for (const file of sourceFiles(join(root, folder))) {
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

function sourceFiles(folder) {
  const files = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (['node_modules', 'dist'].includes(entry.name) || entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) files.push(...sourceFiles(path));
    else if (!entry.name.includes('.test.')) files.push(path);
  }
  return files.sort();
}

async function buildWeb() {
  // Taken first: sources that change while it builds make it stale again.
  const hash = webHash();
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = ['--conditions=tomte-source', vite, 'build', '--logLevel', 'error'];
  const code = await runProgram(findNode(), args, { cwd: join(root, 'web') });
  if (code !== 0) fail('The web app could not be built.');
  writeFileSync(hashFile(), hash);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--web')) await buildWeb();
  else await prepare({ testTools: process.argv.includes('--test-tools'), web: true });
}
