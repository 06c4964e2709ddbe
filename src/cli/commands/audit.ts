import { TomteError } from '@tomte/sdk/errors';
import { type Context, command } from '../command.ts';
import { oneHome } from '../one-home.ts';

export default command({
  name: 'audit',
  about: 'Checks that no record of a Decision was changed, removed or moved; writes them all out.',
  usage: 'tomte audit verify | export',
  options: { home: { type: 'string', about: 'the home, where several are linked' } },
  words: { min: 1, max: 1 },
  async run(context) {
    const [verb] = context.words;
    if (verb === 'verify') return verify(context);
    if (verb === 'export') return exportAll(context);
    throw new TomteError('cli.usage', `Not understood: tomte audit ${verb}`);
  },
});

/** Exit code 1 when something was found. */
async function verify({ open, text, answer }: Context): Promise<number> {
  const home = text('home');
  const report = await (await open()).tomte.verifyAudit(home === undefined ? {} : { home });
  const lines = report.flatMap(({ name, ok, records, head, faults }) => [
    `${name}: ${records} records, ${ok ? 'none changed, removed or moved' : 'NOT as they were written'}`,
    ...(head ? [`  newest is number ${head.seq}, sealed ${head.seal.slice(0, 16)}…`] : []),
    ...faults.map(({ seq, what, text: words }) => `  ${seq} ${what}: ${words}`),
  ]);
  answer(report, lines.length > 0 ? lines : ['No home is linked.']);
  return report.every(({ ok }) => ok) ? 0 : 1;
}

/** One record a line; with --json one list. */
async function exportAll({ open, text, json, deps, answer }: Context): Promise<number> {
  const { tomte } = await open();
  const home = (await oneHome(tomte, text('home'))).id;
  const all: Record<string, unknown>[] = [];
  for (let after = 0; ; ) {
    const part = await tomte.exportAudit({ home, after });
    if (json) all.push(...part);
    else for (const record of part) deps.out(`${JSON.stringify(record)}\n`);
    const last = part.at(-1);
    if (last === undefined) break;
    after = Number(last.seq);
  }
  if (json) answer(all, []);
  return 0;
}
