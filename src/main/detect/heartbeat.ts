/** The dead man's beat: an address outside is called each minute while all homes are heard. Who waits there in vain knows. */
import { TomteError } from '@tomte/sdk/errors';
import type { Heartbeat } from '@tomte/sdk/types-detect';
import { toTomteError } from '../../api/answers.ts';
import { iso } from '../../lib/clock.ts';
import { type GuardedFetch, guardedFetch } from '../../lib/egress.ts';
import { seal, unseal } from '../../store/seal.ts';
import { readSetting, saveSetting } from '../../store/settings.ts';
import type { HomeLife } from '../home-life.ts';
import type { PlaceParts } from '../parts.ts';

const everyMs = 60_000;
const setting = 'heartbeat';

export interface Beats {
  get(): Heartbeat;
  /** Null for none. Beats once at once, so that the person sees whether it arrives. */
  set(url: string | null): Promise<Heartbeat>;
  stop(): void;
}

type Parts = Pick<PlaceParts, 'store' | 'key' | 'clock' | 'log' | 'allowAddresses' | 'place'>;

export async function openBeats(
  parts: Parts,
  lives: () => ReadonlyMap<string, HomeLife>,
): Promise<Beats> {
  const { clock, log, key, store } = parts;
  const send =
    parts.place === 'demo' ? nobody : guardedFetch({ clock, allow: parts.allowAddresses });
  let url = await readUrl(parts);
  let now: Omit<Heartbeat, 'host'> = { lastBeatAt: null, error: null, held: null };
  const get = (): Heartbeat => ({ host: url === null ? null : new URL(url).host, ...now });

  async function beat(): Promise<void> {
    if (url === null) return;
    const held = whyHeld([...lives().values()]);
    now = { ...now, held };
    // Silence is the message: whoever waits for the beat is told.
    if (held !== null) return;
    try {
      const answer = await send(url, { method: 'GET' });
      if (!answer.ok) throw new TomteError('heartbeat.refused', `It answered ${answer.status}`);
      now = { lastBeatAt: iso(clock.now()), error: null, held: null };
    } catch (cause) {
      // The address is a secret of its own: it is in no error and in no log.
      const { code, hint, message } = toTomteError(cause);
      const told = message.replaceAll(url ?? '', 'the address');
      now = { ...now, error: { code, message: told, hint, details: {} } };
      log.warn({ code }, 'the heartbeat did not arrive; again in a minute');
    }
  }

  const stop = clock.every(everyMs, () => void beat());
  return {
    get,
    async set(next) {
      const sealed =
        next === null ? null : seal(key, next, `settings/${setting}`).toString('base64');
      await saveSetting(store.db, setting, sealed);
      url = next;
      now = { lastBeatAt: null, error: null, held: null };
      await beat();
      return get();
    },
    stop,
  };
}

/** The demo home is made up: nobody waits for it. */
const nobody: GuardedFetch = async () => {
  throw new TomteError('connect.address_refused', 'The demo home calls nobody outside');
};

async function readUrl({ store, key, log }: Parts): Promise<string | null> {
  const sealed = await readSetting(store.db, setting);
  if (typeof sealed !== 'string') return null;
  try {
    return unseal(key, Buffer.from(sealed, 'base64'), `settings/${setting}`).toString();
  } catch (error) {
    log.error({ err: error }, 'the heartbeat’s address cannot be read: set it again');
    return null;
  }
}

/** Why Tomte cannot say that it watches; null while it can. */
function whyHeld(lives: readonly HomeLife[]): string | null {
  if (lives.length === 0) return 'No home is looked after';
  const lost = lives.find(({ link }) => link.state.kind !== 'live' || !link.caughtUp);
  return lost ? `${lost.name} is not heard now` : null;
}
