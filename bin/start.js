#!/usr/bin/env node
// npm start: installs what is missing, builds the web app if it changed, starts Tomte.
import { join } from 'node:path';
import { runFile } from './node.js';
import { prepare } from './prepare.js';

await prepare({ testTools: false, web: true, closing: 'starting Tomte' });
process.exitCode = await runFile(join('src', 'main.ts'), ['start', ...process.argv.slice(2)]);
