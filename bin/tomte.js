#!/usr/bin/env node
// tomte COMMAND …, or tomte --node FILE … for scripts of this repository.
import { program, root, runFile } from './node.js';

const args = process.argv.slice(2);
const script = args[0] === '--node' ? args[1] : undefined;
process.exitCode = script
  ? await runFile(script.replace(`${root}/`, ''), args.slice(2))
  : await runFile(program, args);
