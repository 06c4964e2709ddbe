/** Draws each turn's picture once and uploads it once a home, however many phones show it. */
import type { HomeVoice } from '@tomte/sdk/define';
import type { Log } from '../lib/log.ts';
import type { Claimed } from './claim.ts';
import type { AlertRow } from './turn.ts';
import type { PictureAlert } from './wire.ts';

/** Enough for the turns that are on their way at one time. */
const keptMax = 16;

export interface PicturesOptions {
  readonly log: Log;
  readonly voice: (home: string) => HomeVoice | null;
  readonly picture: (alert: PictureAlert) => Promise<Uint8Array | null>;
  readonly testPicture: () => Promise<Uint8Array | null>;
  readonly pageOf: (row: AlertRow) => Promise<PictureAlert>;
}

export interface Pictures {
  picture(claimed: Claimed): Promise<Uint8Array | null>;
  voice(home: string): HomeVoice | null;
  /** For a page, which shows its text also when drawing fails. */
  ofPage(alert: PictureAlert): Promise<Uint8Array | null>;
}

export function openPictures(o: PicturesOptions): Pictures {
  const drawn = newest<Promise<Uint8Array | null>>();
  const kept = new WeakMap<Uint8Array, Map<string, Promise<string>>>();

  function upload(home: string, voice: HomeVoice, png: Uint8Array, name: string): Promise<string> {
    const paths = kept.get(png) ?? new Map<string, Promise<string>>();
    kept.set(png, paths);
    const before = paths.get(home);
    if (before !== undefined) return before;
    const path = voice.keepPicture(png, name).catch((error: unknown) => {
      paths.delete(home);
      o.log.warn({ err: error, home }, 'the home did not keep a picture; the text goes alone');
      throw error;
    });
    paths.set(home, path);
    return path;
  }

  return {
    async picture({ alert, delivery }) {
      if (delivery.kind === 'test') return o.testPicture();
      if (!alert) return null;
      // What people did about it changes no picture, so it is drawn and uploaded for new facts only.
      const key = `${alert.id} ${alert.updated_at.getTime()} ${alert.resolved_at?.getTime() ?? ''}`;
      return drawn(key, async () => o.picture(await o.pageOf(alert)));
    },
    async ofPage(alert) {
      try {
        return await o.picture(alert);
      } catch (error) {
        o.log.warn({ err: error, alert: alert.id }, 'a page goes without picture');
        return null;
      }
    },
    voice(home) {
      const voice = o.voice(home);
      if (!voice) return null;
      return {
        hearsButtons: voice.hearsButtons,
        tell: (action) => voice.tell(action),
        keepPicture: (png, name) => upload(home, voice, png, name),
      };
    },
  };
}

/** Keeps the newest results; one that failed is forgotten. */
function newest<T extends Promise<unknown>>(): (key: string, make: () => T) => T {
  const all = new Map<string, T>();
  return (key, make) => {
    const before = all.get(key);
    if (before !== undefined) return before;
    const made = make();
    all.set(key, made);
    made.catch(() => all.delete(key));
    if (all.size > keptMax) all.delete(all.keys().next().value!);
    return made;
  };
}
