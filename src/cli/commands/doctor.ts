import type { DoctorFinding } from '@tomte/sdk/types';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns } from '../print.ts';

export default command({
  name: 'doctor',
  about: 'Tries everything about a home again; each finding comes with its fix.',
  usage: 'tomte doctor [HOME]',
  options: {},
  words: { min: 0, max: 1 },
  async run({ open, words, answer }) {
    const { tomte } = await open();
    const home = await oneHome(tomte, words[0]);
    const report = await tomte.doctor({ home: home.id });
    const probe = report.probe.map(({ stage, ok, ms, detail }) => [
      ok ? ' ok ' : 'FAIL',
      stage,
      `${Math.round(ms)} ms`,
      detail,
    ]);
    const rights = report.rights.map(({ what, you }) => [you ? 'yes' : 'no', what]);
    answer(report, [
      report.name,
      ...columns(probe),
      '',
      ...report.findings.flatMap(finding),
      '',
      'This token’s user may:',
      ...columns(rights),
    ]);
    return report.probe.some(({ ok }) => !ok) ? 3 : 0;
  },
});

const finding = ({ level, title, detail, fix }: DoctorFinding): string[] => [
  `${level.padEnd(4)}  ${title}: ${detail}`,
  ...(fix === null ? [] : [`      ${fix}`]),
];
