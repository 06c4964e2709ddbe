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
  /** Names the draft while Tomte runs: by it, it is looked at and kept. */
  draft: z.string().nullable(),
  /** The person's own workflow that it changes. */
  edits: z.string().nullable(),
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

/** A draft under the name it would have: against this home's types, and against what has that name. */
export const draftLook = z.object({
  name: z.string(),
  /** False where no compiler is installed: then only its text was checked. */
  isTypeChecked: z.boolean(),
  /** What the compiler says of it; with any, it is not kept. */
  problems: z.array(z.string()),
  /** True where a workflow of yours has that name, and would be replaced. */
  replaces: z.boolean(),
  diff: z.array(z.object({ kind: z.enum(['same', 'gone', 'new']), text: z.string() })),
  /** Says which difference was seen; keeping is refused for any other. */
  over: z.string(),
});
export type DraftLook = z.infer<typeof draftLook>;

/** A draft that is a file now, and off. */
export const keptDraft = z.object({
  name: z.string(),
  /** True once the service has read it: then it can be tried on the past. */
  isLoaded: z.boolean(),
  sentence: z.string(),
});
export type KeptDraft = z.infer<typeof keptDraft>;
