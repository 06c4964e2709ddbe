import { expect, test } from 'vitest';
import { promptOf } from '../prompt.ts';
import { nothingHidden } from '../testing.ts';
import replay from './replay.ts';

const prompt = promptOf(
  { kind: 'boolean', question: 'Is it warm?', fallback: 'no' },
  { privacy: nothingHidden, look: null },
);
const asking = (kept: Record<string, string>) =>
  replay.ask(prompt, {
    ...{ settings: {}, fetch, home: null, now: () => 0, signal: new AbortController().signal },
    recorded: async (hash) => kept[hash] ?? null,
  });

test('answers what was answered to the very same words, and nothing else', async () => {
  const text = '{"answer":"yes","reason":""}';
  expect(await asking({ [prompt.hash]: text })).toMatchObject({ text, model: 'record' });
  expect(prompt.read(text)).toEqual({ choice: 'yes', reason: '' });
  await expect(asking({ other: text })).rejects.toMatchObject({ code: 'decide.model_refused' });
  expect(replay.host({})).toBeNull();
});
