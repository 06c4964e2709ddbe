import { isError } from '@tomte/sdk/errors';
import type { Alerts } from '../alert/alerts.ts';
import { pressPrefix } from '../alert/links.ts';
import type { Log } from '../lib/log.ts';
import type { HomeLife } from './home-life.ts';

/**
 * Buttons pressed in the phone app come back with our signed word in them, so a press needs no address
 * under which phones reach Tomte. An administrator's token hears the event itself; for a normal user's a
 * blueprint of Home Assistant writes the word into an entity (`buttonsEntity`), also while Tomte is off.
 * What was not signed by us, is too old, or was answered before, is left alone.
 */
export function hearPhoneButtons(
  life: HomeLife,
  o: {
    readonly alerts: Pick<Alerts, 'links'>;
    readonly log: Log;
    readonly buttonsEntity: () => string | null;
  },
): () => void {
  const hear = (word: unknown) => {
    if (typeof word !== 'string' || !word.startsWith(pressPrefix)) return;
    o.alerts.links.press(word.slice(pressPrefix.length)).catch((error: unknown) => {
      if (isError(error))
        o.log.info({ code: error.code }, 'a button pressed on a phone does nothing');
      else o.log.error({ err: error }, 'a button pressed on a phone failed');
    });
  };
  const stops = [
    life.link.onEvent('mobile_app_notification_action', ({ data }) => hear(data.action)),
    life.link.onChanges(
      async (batch) => {
        const entity = o.buttonsEntity();
        if (entity === null) return;
        for (const { entityId, to } of batch) if (entityId === entity) hear(to?.state);
      },
      { raw: true },
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
