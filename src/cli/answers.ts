/** What a person types after an option, as the wire wants it. */
import { TomteError } from '@tomte/sdk/errors';
import { type ClockSpan, clockSpan } from '@tomte/sdk/types-people';

export function yesOrNo(option: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new TomteError('cli.usage', `--${option} is yes or no`);
}

/** `22:00-07:00`, or null for `none`. */
export function spanOf(option: string, text: string): ClockSpan | null {
  if (text === 'none') return null;
  const [from, to] = text.split('-').map((word) => word.trim().padStart(5, '0'));
  const read = clockSpan.safeParse({ from, to });
  if (read.success) return read.data;
  throw new TomteError('cli.usage', `--${option} ${text}: say 22:00-07:00, or none`);
}
