import { TomteError } from '@tomte/sdk/errors';

/** JSON of a good answer. Throws connect.source_unavailable, connect.source_refused, connect.answer_invalid. */
export async function jsonOf(response: Response, who: string): Promise<unknown> {
  mustBeGood(response, who);
  try {
    return await response.json();
  } catch {
    // The parser's words would repeat the answer.
    throw new TomteError('connect.answer_invalid', `${who} does not answer in JSON`);
  }
}

function mustBeGood({ status, ok }: Response, who: string): void {
  if (ok) return;
  const passing = status >= 500 || [408, 425, 429].includes(status);
  throw new TomteError(
    passing ? 'connect.source_unavailable' : 'connect.source_refused',
    `${who} answers ${status}`,
    { details: { status } },
  );
}
