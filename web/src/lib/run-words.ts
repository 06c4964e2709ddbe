/** What became of a run, in words. Pure. */
import type { WorkflowRow } from '@tomte/sdk/types';
import { when } from './ages.ts';

const ends: Record<string, string> = {
  waiting: 'waits',
  running: 'runs now',
  done: 'ran',
  failed: 'failed',
  cancelled: 'was stopped',
  not_run: 'did not run',
};

export function lastWords(last: WorkflowRow['lastRun'], now: number, zone: string): string {
  if (!last) return 'No runs yet.';
  const word = ends[last.state] ?? last.state.replaceAll('_', ' ');
  const said = `${word} ${when(last.at, now, zone)}: ${last.reason}`;
  return said.charAt(0).toUpperCase() + said.slice(1);
}

export const endWord = (state: string): string => ends[state] ?? state;
