import type { Alerts } from '../alert/alerts.ts';
import type { HomeRow } from '../store/homes.ts';
import { fireTurnsSince } from './alert-turns.ts';
import { keepOffering } from './default-channels.ts';
import type { HomeLife } from './home-life.ts';
import type { PlaceParts } from './parts.ts';
import { hearPhoneButtons } from './phone-buttons.ts';
import { watchHome } from './watch-home.ts';

/** The newest change kept may be so much older than the last thing done. */
const turnsBackMs = 600_000;

/** What a home brings along when it is looked after: its phones, and the buttons pressed on them. */
export function homeBegun(
  parts: PlaceParts,
  alerts: Alerts,
  life: HomeLife,
  row: HomeRow,
  buttonsEntity: () => string | null,
): void {
  fireTurnsSince(parts, life.home, row.position - turnsBackMs).catch((error: unknown) =>
    parts.log.error(
      { err: error, home: life.home },
      'alerts of before the start were not looked at',
    ),
  );
  void alerts.homesChanged();
  hearPhoneButtons(life, { alerts, log: parts.log, buttonsEntity });
  // The demo home is made anew at each start: that it was away means nothing.
  if (parts.place === 'tomte') {
    const watch = watchHome(life, { alerts, clock: parts.clock, log: parts.log });
    life.ended.addEventListener('abort', () => void watch.close(), { once: true });
  }
  keepOffering(parts, alerts, life, life.ended).catch((error: unknown) => {
    if (life.ended.aborted) return;
    parts.log.warn({ err: error, home: life.home }, 'its channels could not be offered');
  });
}
