/** Outside facts through a running service, over a simulated home. */
import { expect, test } from 'vitest';
import { openSim } from '../src/sim/sim.ts';
import { factsStory } from './kit/facts-story.ts';

test('forecast and calendar are told with their age, outlive a kill, and stay while the home is away', async () => {
  const sim = await openSim({ days: 2, living: false });
  await factsStory({ url: sim.url, token: sim.tokens.resident, goAway: () => sim.close() });
  const asked = sim.world.calls.map(({ domain, action }) => `${domain}.${action}`);
  expect(asked.sort()).toEqual([
    'calendar.get_events',
    'weather.get_forecasts',
    'weather.get_forecasts',
  ]);
}, 120_000);
