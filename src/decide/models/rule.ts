import { defineModel } from '@tomte/sdk/model';
import { z } from 'zod';

export default defineModel({
  title: 'The rule alone',
  text: 'Asks nobody: every question is answered by the rule that stands in it.',
  settings: z.strictObject({}),
  host: () => null,
  ask: async ({ rule }) => ({ text: rule, model: 'rule' }),
});
