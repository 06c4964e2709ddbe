/** What a wish in words could be set up as. */
import { z } from 'zod';
import { workflowMode } from './types.ts';

export const draftCandidate = z.object({
  workflow: z.string(),
  title: z.string(),
  text: z.string(),
  /** As it is now. */
  mode: workflowMode,
  /** As they would be: its own now, with what the wish says. */
  settings: z.record(z.string(), z.unknown()),
  changes: z.array(
    z.object({ setting: z.string(), was: z.string().nullable(), is: z.string().nullable() }),
  ),
  /** What was found of the home. */
  entities: z.array(z.object({ id: z.string(), name: z.string(), area: z.string().nullable() })),
  /** Entities it would switch, each only where you allow it. */
  maySwitch: z.array(z.string()),
  fits: z.boolean(),
  fitsText: z.string(),
  /** 0 to 1: how much of the wish it says. */
  score: z.number(),
});
export type DraftCandidate = z.infer<typeof draftCandidate>;

export const draft = z.object({
  home: z.string(),
  text: z.string(),
  /** One sentence: what was found, or what is missing. */
  sentence: z.string(),
  /** Best first. Nothing of it is on: a person turns it on. */
  candidates: z.array(draftCandidate),
  decidedBy: z.enum(['rule', 'model']),
  /** Why this one is first, where a model chose. */
  reason: z.string().nullable(),
});
export type Draft = z.infer<typeof draft>;

/** A workflow that a model drafted in code, as a file: nothing of it was run. */
export const codeDraft = z.object({
  home: z.string(),
  text: z.string(),
  /** One sentence: what there is, or why there is none. */
  sentence: z.string(),
  /** The whole file; null where there is none that Tomte lets be. */
  code: z.string().nullable(),
  /** Things of the home that it names. */
  entities: z.array(z.object({ id: z.string(), name: z.string(), area: z.string().nullable() })),
  /** Entities it would switch, each only where you allow it. */
  maySwitch: z.array(z.string()),
  /** What is wrong with what the model wrote, by its lines. */
  problems: z.array(z.object({ line: z.number(), text: z.string() })),
  /** Record of the question. */
  decision: z.string().nullable(),
});
export type CodeDraft = z.infer<typeof codeDraft>;
