/** Wishes in words. */
import { z } from 'zod';
import { op } from './operation.ts';
import { backtest } from './types-runs.ts';
import { codeDraft, draft, draftLook, keptDraft } from './types-words.ts';

const workflowName = z.string().max(60);
const draftId = z.string().max(64);

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
    z.strictObject({
      home: z.string().max(200),
      text: z.string().trim().min(3).max(300),
      edits: workflowName.optional(),
    }),
    codeDraft,
    'A wish as a workflow that the model drafts in code, or a change to one of yours; checked as a text, and not on.',
  ),
  tryDraft: op(
    'POST',
    'homes/:home/code-drafts/:draft/backtest',
    z.strictObject({
      home: z.string().max(200),
      draft: draftId,
      days: z.coerce.number().int().min(1).max(400).optional(),
    }),
    backtest,
    'A draft on the recorded past, before it is a file: what it would have told and switched.',
  ),
  lookAtDraft: op(
    'POST',
    'homes/:home/code-drafts/:draft/look',
    z.strictObject({ home: z.string().max(200), draft: draftId, name: workflowName }),
    draftLook,
    'A draft under a name: its types against this home, and what it would change; nothing is changed.',
  ),
  keepDraft: op(
    'POST',
    'homes/:home/code-drafts/:draft/keep',
    z.strictObject({
      home: z.string().max(200),
      draft: draftId,
      name: workflowName,
      over: z.string().max(64),
    }),
    keptDraft,
    'Keeps a draft that was looked at in your folder of workflows, switched off in every home.',
  ),
} as const;
