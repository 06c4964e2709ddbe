/** Users whom Home Assistant turns away although the token is right: only a simulated home can be made to do that. */
import { expect, test } from 'vitest';
import { authorize } from '../../src/home/authorize.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openSim, type Sim } from '../../src/sim/sim.ts';

const codeOf = async (sim: Sim, token: string): Promise<string> => {
  const answer = await authorize(
    { address: sim.url, token },
    { clock: systemClock, onStage: () => {} },
  );
  return answer.ok ? 'ok' : answer.error.code;
};

test.each(['cloud', 'remote'] as const)(
  'a local-only user coming by %s is told apart from a wrong token',
  async (seenFrom) => {
    const sim = await openSim({ days: 1, living: false, options: { seenFrom } });
    const guest = sim.world.auth.addUser({ name: 'Guest', localOnly: true });
    expect(await codeOf(sim, sim.token({ user: guest }))).toBe('link.token_local_only');
    expect(await codeOf(sim, sim.tokens.resident)).toBe('ok');
    await sim.close();
  },
);

test('a user that is switched off is told apart from a wrong token', async () => {
  const sim = await openSim({ days: 1, living: false });
  sim.world.auth.deactivate(sim.users.resident, { keepTokens: true });
  expect(await codeOf(sim, sim.tokens.resident)).toBe('link.user_inactive');
  await sim.close();
});

test('a user whose tokens went with it has a rejected token', async () => {
  const sim = await openSim({ days: 1, living: false });
  sim.world.auth.deactivate(sim.users.resident);
  expect(await codeOf(sim, sim.tokens.resident)).toBe('link.token_rejected');
  await sim.close();
});
