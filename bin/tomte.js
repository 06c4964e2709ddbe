#!/usr/bin/env node
// tomte COMMAND …, or tomte --node FILE … for scripts of this repository.
import { join } from 'node:path';
import { root, runFile } from './node.js';

const args = process.argv.slice(2);
const script = args[0] === '--node' ? args[1] : undefined;
process.exitCode = script
  ? await runFile(script.replace(`${root}/`, ''), args.slice(2))
  : await runFile(join('src', 'main.ts'), args);
