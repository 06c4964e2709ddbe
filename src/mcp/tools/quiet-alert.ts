import { z } from 'zod';
import { tool } from '../tool.ts';

const minuteMs = 60_000;

export default tool({
  name: 'quiet_alert',
  title: 'Quiet an alert',
  about: 'Keeps an alert quiet for some minutes, a day at most. Only when the person asked for it.',
  input: z.strictObject({ id: z.string().max(200), minutes: z.number().int().min(5).max(1440) }),
  writes: true,
  async run({ id, minutes }, { tomte, now }) {
    const until = new Date(now() + minutes * minuteMs).toISOString();
    const { title, state, quietUntil } = await tomte.quietAlert({ id, until });
    return { title, state, quietUntil };
  },
});
