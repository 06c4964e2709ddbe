#!/usr/bin/env node
// Makes the folder of the Home Assistant app, which has to hold all that its image is built from:
// node packaging/assemble-app.js FOLDER. The folder then goes below /addons of the home.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const [given] = process.argv.slice(2);
if (!given) fail('Name a folder: node packaging/assemble-app.js FOLDER');
const folder = resolve(given);
if (existsSync(folder) && readdirSync(folder).length > 0) fail(`${folder} is not empty.`);

mkdirSync(folder, { recursive: true });
cpSync(join(here, 'home-assistant-app'), folder, { recursive: true });
for (const name of ['LICENSE', 'CHANGELOG.md']) cpSync(join(root, name), join(folder, name));
const parts = ['bin', 'sdk', 'src', 'web', 'package.json', 'package-lock.json', '.npmrc'];
for (const part of parts) {
  cpSync(join(root, part), join(folder, part), { recursive: true, filter: wanted });
}
// All stages but the last are those of the container.
const container = readFileSync(join(here, 'Dockerfile'), 'utf8');
const own = readFileSync(join(here, 'home-assistant-app', 'Dockerfile'), 'utf8');
const stages = container.slice(container.indexOf('\n\n') + 2, container.lastIndexOf('\nFROM '));
writeFileSync(
  join(folder, 'Dockerfile'),
  own.replace('\nFROM ', () => `\n${stages}\nFROM `),
);
process.stdout.write(`${folder}\n`);

function wanted(path) {
  return !['node_modules', 'dist'].includes(basename(path)) && !path.endsWith('.test.ts');
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}
