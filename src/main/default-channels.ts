import type { Alerts } from '../alert/alerts.ts';
import { defaultChannels } from '../alert/defaults.ts';
import { readSetting, saveSetting } from '../store/settings.ts';
import type { HomeLife } from './home-life.ts';
import type { PlaceParts } from './parts.ts';

/** The home's Actions are read a moment after its states. */
const soonMs = 500;
const againMs = 60_000;

/**
 * A home that was just linked is told about in itself and on each phone with its app; a phone that
 * comes later joins. What a person switched off or removed is not offered again.
 */
export async function keepOffering(
  parts: Pick<PlaceParts, 'store' | 'clock'>,
  alerts: Alerts,
  life: HomeLife,
  signal: AbortSignal,
): Promise<void> {
  await life.link.ready(signal);
  while (!signal.aborted) {
    const known = Object.keys(life.link.mirror.actions()).length > 0;
    if (known) await offerChannels(parts, alerts, life);
    await parts.clock.sleep(known ? againMs : soonMs, signal);
  }
}

async function offerChannels(
  parts: Pick<PlaceParts, 'store'>,
  alerts: Alerts,
  life: HomeLife,
): Promise<void> {
  const name = `channelsOffered:${life.home}`;
  const offered = new Set(
    ((await readSetting(parts.store.db, name)) as string[] | undefined) ?? [],
  );
  for (const channel of defaultChannels(life.link.mirror.actions())) {
    const mark = `${channel.kind} ${JSON.stringify(channel.settings)}`;
    if (offered.has(mark)) continue;
    await alerts.saveChannel({ ...channel, home: life.home });
    offered.add(mark);
    await saveSetting(parts.store.db, name, [...offered]);
  }
}
