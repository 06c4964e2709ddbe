import type { z } from 'zod';

/** One thing that can be asked of Tomte: how it is asked, what it takes, what it answers. */
export const op = <I extends z.ZodType, O extends z.ZodType>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  input: I,
  output: O,
  about: string,
) => ({ method, path, input, output, about });
