import { z } from 'zod';

/** `right`: it was what it said; `expected`: it was, and for a good reason; `not_worth`: tell no more of such. */
export const answerId = z.enum(['right', 'expected', 'not_worth']);
export type AnswerId = z.infer<typeof answerId>;

/** One of the three short answers to *Was this right?* */
export const answerChoice = z.object({ id: answerId, label: z.string() });
export type AnswerChoice = z.infer<typeof answerChoice>;

/** What an alert tells, where a detector found it: to be answered. */
export const toldFinding = z.object({
  detector: z.string(),
  episode: z.string(),
  answers: z.array(answerChoice),
  answer: answerId.nullable(),
});

/** What a person wants to read in an alert: where the main tap is, whom to call. */
export const homeNotes = z.object({
  mainTap: z.string().max(120).optional(),
  plumber: z.string().max(120).optional(),
  fuseBox: z.string().max(120).optional(),
  electrician: z.string().max(120).optional(),
  neighbour: z.string().max(120).optional(),
});
export type HomeNotes = z.infer<typeof homeNotes>;
