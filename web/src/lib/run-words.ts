/** What became of a run, in words. Pure. */
import type { WorkflowRow } from '@tomte/sdk/types';
import { count } from '@tomte/sdk/words';
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

/** `2 workflows are on, 1 more fits your home.` */
export function onWords(on: number, fit: number): string {
  const fits = `${fit}${on > 0 ? ' more' : ''} ${fit === 1 ? 'fits' : 'fit'} your home`;
  const are =
    on === 0 ? 'No workflow is on' : `${count(on, 'workflow')} ${on === 1 ? 'is' : 'are'} on`;
  return fit > 0 ? `${are}, ${fits}.` : `${are}.`;
}

export const endWord = (state: string): string => ends[state] ?? state;
