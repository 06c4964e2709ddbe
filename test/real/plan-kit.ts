/** What the tests of a followed plan do to a real home and ask of Tomte. */
import type { Client } from '@tomte/sdk/client';
import type { Action } from '@tomte/sdk/home';
import { expect } from 'vitest';
import type { RealHome } from '../kit/real-home.ts';

const patient = { timeout: 60_000, interval: 200 };

/** Home Assistant's own REST interface, as its administrator; a body is posted. Throws for anything but an answer. */
export const askerOf =
  ({ url, tokens }: RealHome) =>
  async (path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/api/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  };

/** What a Run asked of the home, once it is done. */
export async function doneRun(tomte: Client, run: string): Promise<string[]> {
  await expect.poll(async () => (await tomte.getRun({ id: run })).state, patient).toBe('done');
  const { actions } = await tomte.getRun({ id: run });
  return actions.map(({ action: asked, outcome }) => {
    const { entities, action } = asked as Action;
    return `${entities[0]} ${action} ${(outcome as { kind: string }).kind}`;
  });
}
