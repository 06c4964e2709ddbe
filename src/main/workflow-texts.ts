/** What a new workflow begins with: one that works, to be made into another. */

/** `door-open` -> `Door open`. */
const titleOf = (name: string): string => {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const workflowText = (
  name: string,
): string => `import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';

export default defineWorkflow({
  title: '${titleOf(name)}',
  text: 'Tells when a door stays open, and when it is closed again.',
  settings: z.strictObject({
    door: z.string().default('binary_sensor.front_door').describe('Door or window'),
    minutes: z.int().min(1).max(240).default(10).describe('Minutes it may stay open'),
  }),

  triggers: (settings) => [
    { state: { entity: settings.door, to: 'on', for: \`\${settings.minutes}m\` } },
  ],

  async run(ctx, settings) {
    const key = \`${name}:\${settings.door}\`;
    await ctx.alert({
      key,
      title: 'A door is open',
      text: \`\${settings.door} is open for \${settings.minutes} minutes.\`,
      severity: 'today',
      since: ctx.now(),
      entities: [settings.door],
    });
    const closed = await ctx.until({ entity: settings.door, is: 'off' }, { timeout: '2d' });
    if (!closed.met) return 'still open';
    await ctx.resolve(key, { title: 'Over: the door is closed', text: 'It is closed.', at: closed.at });
    return 'closed';
  },
});
`;

export const testText = (name: string): string => `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKit } from '@tomte/sdk/test';
import workflow from './${name}.ts';

const door = 'binary_sensor.front_door';

test('a door that stays open is told, and that it is closed', async () => {
  const kit = openKit(workflow, { states: { [door]: 'off' } });
  await kit.home.set(door, 'on');
  await kit.advance('9m');
  assert.equal(kit.alerts.length, 0);
  await kit.advance('1m');
  assert.equal(kit.alerts[0]?.title, 'A door is open');
  await kit.home.set(door, 'off');
  assert.equal(kit.alerts[0]?.state, 'over');
});

test('a door that is closed in time is nobody’s news', async () => {
  const kit = openKit(workflow, { settings: { minutes: 5 }, states: { [door]: 'off' } });
  await kit.home.set(door, 'on');
  await kit.advance('4m');
  await kit.home.set(door, 'off');
  await kit.advance('1d');
  assert.deepEqual(kit.alerts, []);
});

test('nothing is told twice when the computer loses power meanwhile', async () => {
  const kit = openKit(workflow, { states: { [door]: 'off' } });
  await kit.home.set(door, 'on');
  await kit.advance('10m');
  await kit.crash();
  await kit.advance('2d');
  assert.equal(kit.alerts[0]?.rang, 1);
  assert.deepEqual(kit.run.outcome, { state: 'done', result: 'still open' });
});
`;
