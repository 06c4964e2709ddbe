import { z } from 'zod';
import { homeField, oneHome } from '../one-home.ts';
import { tool } from '../tool.ts';

export default tool({
  name: 'doctor',
  title: 'Doctor',
  about:
    'What is wrong with the link, sensors, recorder and channels of a home, each with its fix.',
  input: z.strictObject({ home: homeField }),
  async run({ home: named }, context) {
    const home = await oneHome(context, named);
    const { at, probe, findings } = await context.tomte.doctor({ home: home.id });
    return {
      at,
      failed: probe.filter(({ ok }) => !ok).map(({ stage, detail }) => ({ stage, detail })),
      fine: findings.filter(({ level }) => level === 'ok').length,
      findings: findings
        .filter(({ level }) => level !== 'ok')
        .map(({ level, title, detail, fix }) => ({ level, title, detail, fix })),
    };
  },
});
