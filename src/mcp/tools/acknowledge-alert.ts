import { z } from 'zod';
import { tool } from '../tool.ts';

export default tool({
  name: 'acknowledge_alert',
  title: 'Acknowledge an alert',
  about: 'Says that somebody saw an alert. Only when the person you speak with said so.',
  input: z.strictObject({ id: z.string().max(200) }),
  writes: true,
  async run({ id }, { tomte, caller }) {
    const { title, state, seenBy } = await tomte.acknowledgeAlert({ id, by: caller.name });
    return { title, state, seenBy };
  },
});
