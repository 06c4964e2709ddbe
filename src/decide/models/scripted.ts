import { TomteError } from '@tomte/sdk/errors';
import { defineModel } from '@tomte/sdk/model';
import { z } from 'zod';

export default defineModel({
  title: 'A script',
  text: 'Answers what you write here, for trying out what becomes of an answer.',
  settings: z.strictObject({
    answer: z
      .string()
      .max(20_000)
      .default('')
      .describe('JSON that is answered to every question; empty answers as the rule does'),
    fails: z.boolean().default(false).describe('Fails as a model does that is out of reach'),
  }),
  host: () => null,
  async ask({ rule }, { settings }) {
    if (settings.fails) throw new TomteError('decide.model_unavailable', 'The script fails');
    return { text: settings.answer === '' ? rule : settings.answer, model: 'script' };
  },
});
