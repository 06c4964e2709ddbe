import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { reachable } from '../alert/links.ts';
import { hashPassword } from '../api/password.ts';
import { saveSetting } from '../store/settings.ts';
import type { PlaceParts } from './parts.ts';
import type { PlaceOptions } from './place.ts';
import type { LiveSettings } from './settings.ts';

type Names = 'getSettings' | 'saveSettings' | 'stopActions' | 'setPassword';

export function settingsOperations(
  place: { readonly settings: LiveSettings; readonly parts: Pick<PlaceParts, 'store'> },
  o: Pick<PlaceOptions, 'passwordChanged'>,
): Pick<Tomte, Names> {
  return {
    getSettings: async () => place.settings.get(),
    saveSettings: async (change) => {
      const { publicUrl } = change;
      if (publicUrl) checkPublicUrl(publicUrl);
      return place.settings.save({
        ...(publicUrl === undefined ? {} : { publicUrl: publicUrl === '' ? null : publicUrl }),
        ...(change.retentionDays === undefined ? {} : { retentionDays: change.retentionDays }),
        ...(change.digestAt === undefined ? {} : { digestAt: change.digestAt }),
      });
    },
    stopActions: async ({ resume }) => {
      await place.settings.stopActions(resume !== true);
      return { stopped: place.settings.actionsStopped() };
    },
    setPassword: async ({ password }) => {
      const hash = await hashPassword(password);
      await saveSetting(place.parts.store.db, 'passwordHash', hash);
      o.passwordChanged(hash);
      return { set: true };
    },
  };
}

/** A link in a message must open from the street: never a loopback address, never without http(s). */
function checkPublicUrl(text: string): void {
  if (!/^https?:/i.test(text) || reachable(text) === null) {
    throw new TomteError('api.invalid', `${text} cannot be the address in messages`, {
      hint: 'Write the whole address under which phones reach Tomte, such as https://tomte.example.org.',
    });
  }
}
