#!/usr/bin/env node
// npm start: installs what is missing, builds the web app if it changed, starts Tomte.
import { runTomte } from './node.js';
import { prepare } from './prepare.js';

await prepare({ testTools: false, web: true, closing: 'starting Tomte' });
process.exitCode = await runTomte(['start', ...process.argv.slice(2)]);
