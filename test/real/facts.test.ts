/** The same story as test/facts.test.ts on a real Home Assistant: its demo weather and calendars. */
import { test } from 'vitest';
import { factsStory } from '../kit/facts-story.ts';
import { realHome } from '../kit/real-home.ts';
import { openCuttingProxy } from '../long/cutting-proxy.ts';

const home = await realHome({ port: process.env.REAL_HOME_FACTS_PORT ?? '8126' });

test.skipIf(!home)(
  'a real home’s forecast and calendar are told with their age, outlive a kill, and stay while it is away',
  async () => {
    const line = await openCuttingProxy(new URL(home!.url));
    const token = home!.tokens.resident;
    await factsStory({ url: line.url, token, goAway: () => line.close() });
  },
  120_000,
);
