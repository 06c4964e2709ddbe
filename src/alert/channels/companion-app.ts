import {
  type ChannelContext,
  defineChannel,
  type HomeVoice,
  type Message,
} from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import { z } from 'zod';
import { pressPrefix } from '../links.ts';

const settings = z.strictObject({
  action: z
    .string()
    .regex(/^notify\.[a-z0-9_]+$/)
    .describe('Action of the phone in Home Assistant, such as notify.mobile_app_majas_phone'),
  ringThrough: z
    .boolean()
    .default(true)
    .describe('Ring through silent mode when something needs you now'),
});

/** iOS knows levels, Android knows channels: both are set, each ignores the other's. */
function loudness({ severity, silent }: Message, ringThrough: boolean): Record<string, unknown> {
  if (silent || severity !== 'now') {
    return {
      push: { 'interruption-level': silent ? 'passive' : 'active', sound: 'none' },
      channel: 'Tomte quiet',
      importance: 'low',
      alert_once: true,
    };
  }
  if (!ringThrough) {
    return {
      push: { 'interruption-level': 'time-sensitive', sound: 'default' },
      ttl: 0,
      priority: 'high',
      channel: 'Tomte now',
      importance: 'high',
    };
  }
  return {
    push: {
      'interruption-level': 'critical',
      sound: { name: 'default', critical: 1, volume: 1 },
    },
    ttl: 0,
    priority: 'high',
    channel: 'alarm_stream',
    importance: 'high',
  };
}

/** Red, and only from an unlocked phone, where the phone knows how. */
const careful = { destructive: true, authenticationRequired: true };

/** A press is heard with an administrator's token; else only buttons that lead somewhere are shown. */
function buttons(message: Message, hearsButtons: boolean): Record<string, unknown> {
  const actions = message.buttons
    .filter((button) => hearsButtons || button.url !== null)
    .slice(0, 3)
    .map(({ label, url, press, danger }) =>
      hearsButtons
        ? { action: `${pressPrefix}${press}`, title: label, ...(danger ? careful : {}) }
        : { action: 'URI', title: label, uri: url },
    );
  return actions.length > 0 ? { actions } : {};
}

async function picture(
  message: Message,
  home: NonNullable<ChannelContext<unknown>['home']>,
): Promise<Record<string, unknown>> {
  if (!message.picture) return {};
  try {
    return { image: await home.keepPicture(message.picture, `${message.tag}.png`) };
  } catch (error) {
    // The text must arrive whatever becomes of the picture.
    if (error instanceof TomteError) return {};
    throw error;
  }
}

export default defineChannel({
  title: 'Phone (Home Assistant app)',
  text: 'A push message on a phone with the Home Assistant companion app, with the chart in it.',
  throughHome: true,
  settings,

  async send(message, { settings: { action, ringThrough }, home, before }) {
    if (!home) {
      const details = { away: true };
      throw new TomteError('channel.unreachable', 'The home is not linked now', { details });
    }
    const phone = action.slice('notify.'.length);
    const { tag } = message;
    // An iPhone does not replace what rang through silent mode: at the end it is taken away first.
    if (message.kind === 'over' && before?.endsWith(rangThrough)) {
      await tell(home, phone, { message: 'clear_notification', data: { tag } });
    }
    await tell(home, phone, {
      title: message.title,
      message: shown(message.text),
      data: {
        tag,
        group: `tomte ${message.homeName}`,
        ...loudness(message, ringThrough),
        ...(await picture(message, home)),
        ...buttons(message, home.hearsButtons),
        ...(message.link ? { clickAction: message.link, url: message.link } : {}),
      },
    });
    const rings = ringThrough && !message.silent && message.severity === 'now';
    const rang = rings || (message.kind === 'update' && before?.endsWith(rangThrough));
    return { receipt: rang ? `${action}${rangThrough}` : action };
  },
});

/** The app takes some single words, such as `clear_notification` or `TTS`, as orders and shows nothing. */
const shown = (text: string): string => (/^\s*[\w-]+\s*$/.test(text) ? `${text.trim()}.` : text);

const rangThrough = ', rang through';

async function tell(home: HomeVoice, phone: string, data: Action['data']): Promise<void> {
  try {
    await home.tell({ domain: 'notify', action: phone, entities: [], data });
  } catch (cause) {
    if (!isError(cause, 'home.action_unknown', 'home.call_invalid')) throw cause;
    throw new TomteError('channel.receiver_unknown', 'Home Assistant knows no such phone', {
      cause,
      hint: 'Open the Home Assistant app on the phone once, or choose its new name: it may have been renamed or set up anew.',
    });
  }
}
