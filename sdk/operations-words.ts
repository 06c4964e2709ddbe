/** Wishes in words. */
import { z } from 'zod';
import { op } from './operation.ts';
import { codeDraft, draft } from './types-words.ts';

export const wordsOperations = {
  draftWorkflow: op(
    'POST',
    'homes/:home/drafts',
    z.strictObject({ home: z.string().max(200), text: z.string().trim().min(3).max(300) }),
    draft,
    'What a wish in words could be set up as; nothing is changed or turned on.',
  ),
  draftCode: op(
    'POST',
    'homes/:home/code-drafts',
    z.strictObject({ home: z.string().max(200), text: z.string().trim().min(3).max(300) }),
    codeDraft,
    'A wish as a workflow that the model drafts in code; checked as a text, kept nowhere, never run.',
  ),
} as const;
