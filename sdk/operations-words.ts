/** Wishes in words. */
import { z } from 'zod';
import { op } from './operation.ts';
import { draft } from './types-words.ts';

export const wordsOperations = {
  draftWorkflow: op(
    'POST',
    'homes/:home/drafts',
    z.strictObject({ home: z.string().max(200), text: z.string().trim().min(3).max(300) }),
    draft,
    'What a wish in words could be set up as; nothing is changed or turned on.',
  ),
} as const;
