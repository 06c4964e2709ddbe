import { isError } from '@tomte/sdk/errors';
import type { Alerts } from '../alert/alerts.ts';
import { pressPrefix } from '../alert/links.ts';
import type { Log } from '../lib/log.ts';
import type { HomeLife } from './home-life.ts';

/**
 * Buttons pressed in the phone app come back as an event with our signed word in it, so a press needs
 * no address under which phones reach Tomte. What was not signed by us, or is too old, is left alone.
 */
export function hearPhoneButtons(life: HomeLife, alerts: Alerts, log: Log): () => void {
  return life.link.onEvent('mobile_app_notification_action', ({ data }) => {
    const { action } = data;
    if (typeof action !== 'string' || !action.startsWith(pressPrefix)) return;
    alerts.links.act(action.slice(pressPrefix.length)).catch((error: unknown) => {
      if (isError(error))
        log.info({ code: error.code }, 'a button pressed on a phone does nothing');
      else log.error({ err: error }, 'a button pressed on a phone failed');
    });
  });
}
