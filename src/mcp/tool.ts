import type { Tomte } from '@tomte/sdk/operations';
import type { z } from 'zod';

/** Who calls: nothing a tool is told changes it. */
export interface Caller {
  /** As people read it on what it did. */
  readonly name: string;
  readonly readOnly: boolean;
}

export interface ToolContext {
  readonly tomte: Tomte;
  readonly caller: Caller;
  /** Epoch ms. */
  now(): number;
}

/** One tool: its file in `tools/` holds all there is about it. */
export interface Tool<I extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly title: string;
  /** What a model reads to choose it; short, since it is paid for at every turn. */
  readonly about: string;
  readonly input: I;
  /** It changes something in Tomte; none changes the home. */
  readonly writes?: true;
  /** Its answer, any JSON; what is text in it counts as data of others. */
  run(input: z.output<I>, context: ToolContext): Promise<unknown>;
}

export const tool = <I extends z.ZodType>(definition: Tool<I>): Tool =>
  definition as unknown as Tool;
