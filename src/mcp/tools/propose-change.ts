import { proposal } from '@tomte/sdk/types-mcp';
import { z } from 'zod';
import { homeField, oneHome } from '../one-home.ts';
import { tool } from '../tool.ts';

const { action, workflow } = proposal.shape;

export default tool({
  name: 'propose_change',
  title: 'Propose a change',
  about:
    'Asks the people of the home for a yes to one Action, or to how one workflow is set. Nothing changes before a person answers in Tomte; you cannot answer.',
  input: z.strictObject({
    home: homeField,
    reason: z.string().max(400).describe('Why; people read it'),
    action,
    workflow,
  }),
  writes: true,
  async run({ home: named, reason, ...change }, context) {
    const home = await oneHome(context, named);
    const asked = await context.tomte.proposeChange({
      ...{ home: home.id, reason, by: context.caller.name },
      ...(change.action === undefined ? {} : { action: change.action }),
      ...(change.workflow === undefined ? {} : { workflow: change.workflow }),
    });
    const { title, state, expiresAt } = asked;
    return { title, state, until: expiresAt, next: 'A person answers in Tomte or on a phone.' };
  },
});
