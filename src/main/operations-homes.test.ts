import { createSecretKey, randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { openLink } from '../home/link.ts';
import { closeAll, fake, token } from '../home/testing/attempt.ts';
import { until } from '../home/testing/linked.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { Secret } from '../lib/secret.ts';
import { addHome } from '../store/homes.ts';
import { seal } from '../store/seal.ts';
import { freshStore } from '../store/testing.ts';
import type { HomeLife } from './home-life.ts';
import { openHomeSettings } from './home-settings.ts';
import { homeOperations, type Parts } from './operations-homes.ts';

afterEach(closeAll);

test('a token that was deleted in Home Assistant is sent once by the Link and never by the doctor', async () => {
  await using store = await freshStore();
  const home = await fake({ login: () => 'Invalid access token or password' });
  const address = `http://127.0.0.1:${home.port}`;
  const key = createSecretKey(randomBytes(32));
  await addHome(store.db, {
    id: 'h1',
    name: 'Home',
    address,
    version: '2026.11.0',
    time_zone: 'Europe/Vienna',
    currency: 'EUR',
    user_name: 'Tomte',
    user_id: 'u',
    user_admin: false,
    token_sealed: seal(key, token, 'home:h1'),
  });
  const outside = { clock: systemClock, log: silentLog };
  const link = openLink({
    ...outside,
    home: 'h1',
    address,
    token: new Secret(token),
    pin: null,
    random: () => 0.5,
    position: 0,
  });
  try {
    await until('stopped', () => link.state.kind === 'stopped');
    // Of a life the doctor looks at the Link alone.
    const triggers = { problems: () => [] } as unknown as HomeLife['triggers'];
    const lives = new Map([['h1', { link, triggers } as HomeLife]]);
    const place: Parts = {
      parts: { ...outside, store, key, place: 'tomte', discovers: false },
      lives: () => lives,
      begin: async () => {},
      end: async () => {},
      inTurn: (work) => work(),
      homeSettings: await openHomeSettings(store.db),
    };
    const { doctor } = homeOperations(place, () => Promise.reject(new Error('not linked here')));
    for (const visit of [1, 2]) {
      const report = await doctor({ home: 'h1' });
      expect(report.findings, `visit ${visit}`).toMatchObject([{ id: 'link.token_rejected' }]);
    }
    expect(home.tokens).toHaveLength(1);
    lives.clear();
    await doctor({ home: 'h1' });
    expect(home.tokens).toHaveLength(2);
  } finally {
    await link.close();
  }
});
