/** A text that is no file: in a real process, and nowhere else. */
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { openHosts } from './hosts.ts';
import { workflowOfText } from './text.ts';

const hosts = openHosts({ clock: systemClock });
afterAll(() => hosts.close());

const text = (more = '') => `import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
${more}
const E1: string = 'binary_sensor.door';
export default defineWorkflow({
  title: 'A draft', text: 'Drafted.', settings: z.strictObject({}),
  triggers: [{ state: { entity: E1, to: 'on' } }],
  wants: () => ['switch.pump'],
  async run(ctx) { return ctx.now(); },
});
`;

test('a text is a workflow that can be tried', async () => {
  const draft = await workflowOfText(hosts, text());
  await draft.prepare({});
  expect(draft.triggers).toBeTypeOf('function');
  expect(draft.wants?.({} as never)).toEqual(['switch.pump']);
  expect(draft.title).toBe('A draft');
});

test.each([
  ["import fs from './secret.ts';\nfs();", './secret.ts cannot be imported'],
  ["import left from 'left-pad';\nleft();", 'left-pad cannot be imported'],
  ['const = 1;', 'draft.ts'],
])('what imports another file, or is no code, is none: %s', async (more, words) => {
  await expect(workflowOfText(hosts, text(more))).rejects.toMatchObject({
    code: 'workflow.file_invalid',
    message: expect.stringContaining(words),
  });
});
