import type { Finding } from '@tomte/sdk/define';
import type { HomeNotes } from '@tomte/sdk/types-detect';

const words: Record<keyof HomeNotes, string> = {
  mainTap: 'Main tap',
  plumber: 'Plumber',
  fuseBox: 'Fuse box',
  electrician: 'Electrician',
  neighbour: 'Neighbour',
};
/** Which of the person's notes help with what was found, the most useful first. */
const wanted: Readonly<Record<string, readonly (keyof HomeNotes)[]>> = {
  water: ['mainTap', 'plumber'],
  'safety.moisture': ['mainTap', 'plumber'],
  'safety.frost': ['mainTap'],
  power: ['fuseBox', 'electrician'],
  cold: ['fuseBox'],
  motion: ['neighbour'],
};
const linesMax = 4;

/** The finding with what the person wrote down for such a case, marked as theirs. */
export function withNotes(finding: Finding, notes: HomeNotes): Finding {
  if (finding.kind === 'cleared') return finding;
  const names = wanted[finding.detector] ?? wanted[`${finding.detector}.${finding.rule}`] ?? [];
  const said = names.flatMap((name) => (notes[name] ? [`${words[name]}: ${notes[name]}`] : []));
  if (said.length === 0) return finding;
  const { lines, facts } = finding;
  const own = said.map((line) => `${line} (your note)`);
  const check = [facts.check, ...said].filter((part) => part !== null).join('. ');
  return {
    ...finding,
    lines: [...lines.slice(0, Math.max(0, linesMax - own.length)), ...own],
    facts: { ...facts, check },
  };
}
