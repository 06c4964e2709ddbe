#!/usr/bin/env node
// tomte COMMAND …, or tomte --node FILE … for scripts of this repository.
import { root, runFile, runTomte } from './node.js';

const args = process.argv.slice(2);
const script = args[0] === '--node' ? args[1] : undefined;
process.exitCode = script
  ? await runFile(script.replace(`${root}/`, ''), args.slice(2))
  : await runTomte(args);
