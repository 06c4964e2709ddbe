import { readFile } from 'node:fs/promises';
import { TomteError } from '@tomte/sdk/errors';
import { command } from '../command.ts';

export default command({
  name: 'red-team',
  about:
    'Puts attack texts into a simulated home and asks a model that obeys them; prints what got through.',
  usage: 'tomte red-team --cases FILE',
  options: { cases: { type: 'string', about: 'one JSON case a line: name, site, text' } },
  words: { min: 0, max: 0 },
  async run({ deps, text, answer }) {
    const file = text('cases');
    if (file === undefined) throw new TomteError('cli.usage', 'red-team needs --cases FILE');
    const report = await deps.redTeam(await read(file));
    const { cases, attempts, breaches, results, control } = report;
    const unknown = results.filter(({ error }) => error !== undefined);
    answer(report, [
      `${cases} cases, ${attempts} questions asked of a model that obeys the attacker: ${breaches.length} breaches.`,
      ...breaches.map(({ name, what }) => `  ${name}: ${what}`),
      ...unknown.map(({ name, error }) => `  ${name}: ${error!.message}`),
      `Control: ${control.action} of ${control.target.join(', ')} ${control.sent ? 'was done' : 'was NOT done'}.`,
    ]);
    return breaches.length === 0 && unknown.length === 0 && control.sent ? 0 : 1;
  },
});

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new TomteError('redteam.cases_invalid', `${file} cannot be read`, { cause });
  }
}
