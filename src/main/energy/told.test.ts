/** The story through a Decision: the rule, a scripted model, and a server that speaks as OpenAI's does. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ModelServer, modelServer, type Said } from '../../../test/kit/model-server.ts';
import type { ModelInUse } from '../../decide/ask.ts';
import { usualSettings } from '../../decide/settings.ts';
import { deciding, scriptedModel } from '../../decide/testing.ts';
import type { Story } from '../../energy/story/story.ts';
import { toldStory } from './story-told.ts';
import { servedModel } from './testing.ts';

let server: ModelServer;
let say: Said = '';
beforeAll(async () => {
  server = await modelServer(() => say);
});
afterAll(() => server.close());

const served = () => servedModel(server.url);

function decisions(acts: ModelInUse | null, isWished = true) {
  const { decider, book } = deciding(acts ? { acts } : {});
  const settings = { ...usualSettings, uses: { ...usualSettings.uses, energyStory: isWished } };
  return { decider, book, settings: { get: () => settings, save: async () => settings } };
}

const story: Story = {
  ...{ days: 30, perDay: 12.4, before: 11, byHour: [], byWeekday: [] },
  baseLoad: { nowW: 210, beforeW: 150, yearCost: 580 },
  devices: [{ statistic: 's.dish', name: 'Dishwasher', perDay: 1.2, before: 1.1, share: 0.1 }],
  savings: [
    {
      ...{ kind: 'shift', statistic: 's.dish', name: 'Dishwasher', days: 30, from: 20, to: 2 },
      ...{ perMonth: 3.4, low: 2.1, high: 4.8 },
    },
  ],
};
const asked = { home: 'h1', day: '2026-11-27', story, currency: 'EUR' };
const plain =
  /^Your home uses 12 kWh a day, 13 % more .*run day and night.*Dishwasher at 02:00 instead of 20:00/;

test('without a wish nobody is asked, and the rule tells the numbers', async () => {
  const room = decisions(
    scriptedModel(() => ({ text: 'never' })),
    false,
  );
  const told = await toldStory(room, asked);
  expect(told).toMatchObject({ decidedBy: 'rule', text: expect.stringMatching(plain) });
  expect(room.book.entries).toEqual([]);
});

test('without a model the rule tells the same, and says that it did', async () => {
  const room = decisions(null);
  expect(await toldStory(room, asked)).toEqual(await toldStory(decisions(null, false), asked));
  expect(room.book.entries).toMatchObject([{ decidedBy: 'rule', why: 'no_model' }]);
});

const good = { text: 'You use 12 kWh a day. One run at 02:00 saves about 3.40 EUR a month.' };

test.each([
  ['a scripted model', () => scriptedModel(() => ({ text: good.text }))],
  ['an OpenAI-compatible server', served],
])('%s finds the words, once a day, from those numbers alone', async (_name, model) => {
  say = good;
  const room = decisions(model());
  expect(await toldStory(room, asked)).toEqual({ text: good.text, decidedBy: 'model' });
  await toldStory(room, asked);
  expect(room.book.entries).toHaveLength(1);
  // A number that nobody counted.
  say = { text: 'Dishwasher at night saves 99 EUR a month.' };
  const lying = model === served ? served() : scriptedModel(() => say as object);
  const made = await toldStory(decisions(lying), asked);
  expect(made).toMatchObject({ decidedBy: 'rule', text: expect.stringMatching(plain) });
});

test('names of things stay at home where they are to, and stand in the words again', async () => {
  say = { text: 'Thing 1 at 02:00 saves about 3.40 EUR a month.' };
  const told = await toldStory(decisions(served()), { ...asked, day: '2026-11-28' });
  expect(told.text).toBe('Dishwasher at 02:00 saves about 3.40 EUR a month.');
  const sent = JSON.stringify(server.asked.at(-1)!.body.messages);
  expect(sent).not.toContain('Dishwasher');
});
