import { TomteError } from '@tomte/sdk/errors';
import { defineModel } from '@tomte/sdk/model';
import { z } from 'zod';

export default defineModel({
  title: 'What was answered before',
  text: 'Answers a question that was asked in the same words before, from the record; asks nobody.',
  settings: z.strictObject({}),
  host: () => null,
  async ask({ hash }, { recorded }) {
    const text = await recorded(hash);
    if (text !== null) return { text, model: 'record' };
    throw new TomteError('decide.model_refused', 'This was not asked in the same words before');
  },
});
