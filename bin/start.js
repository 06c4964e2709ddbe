#!/usr/bin/env node
// npm start: installs what is missing, builds the web app if it changed, starts Tomte.
import { program, runFile } from './node.js';
import { prepare } from './prepare.js';

await prepare({ testTools: false, web: true, closing: 'starting Tomte' });
// npm passes a SIGTERM on to its shell, which does not pass it on to us. When npm is gone, nobody is
// left who could stop Tomte: then we go too.
const parent = process.ppid;
if (process.env.npm_lifecycle_event === 'start') {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

process.exitCode = await runFile(program, ['start', ...process.argv.slice(2)]);
