import { TomteError } from '@tomte/sdk/errors';
import type { Alerts } from '../alert/alerts.ts';
import { withTimeout } from '../lib/clock.ts';
import { listAlerts } from '../store/alerts.ts';
import { giveAllBack } from './give-back.ts';
import type { HomeLife } from './home-life.ts';
import type { PlaceParts } from './parts.ts';

/** Channels that do not answer hold up nobody who wants to be rid of a home. */
const patienceMs = 10_000;

/** A home that is about to be forgotten has back what workflows hold of it, and what is still open is closed where it was told: nobody will again. */
export async function sayLastWords(
  o: {
    readonly parts: PlaceParts;
    readonly alerts: Pick<Alerts, 'resolve' | 'drain'>;
    lives(): ReadonlyMap<string, Pick<HomeLife, 'link'>>;
  },
  home: string,
): Promise<void> {
  await giveAllBack(o, { home, why: 'The home is unlinked' });
  const { store, clock, log } = o.parts;
  const open = await listAlerts(store.db, { home, unresolved: true, limit: 1_000 });
  if (open.length === 0) return;
  for (const { key } of open) {
    await o.alerts.resolve(home, key, {
      title: 'Over: you unlinked this home',
      text: 'The home is not linked any more, so I no longer look at this.',
      at: clock.now(),
    });
  }
  const late = () => new TomteError('channel.unreachable', 'some channels did not answer in time');
  await withTimeout(clock, patienceMs, o.alerts.drain(), late).catch((error: unknown) =>
    log.warn({ err: error, home }, 'the last words of a home did not reach everybody'),
  );
}
