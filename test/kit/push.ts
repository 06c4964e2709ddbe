/**
 * A phone with the companion app, as Home Assistant sees it.
 *
 * `POST /api/mobile_app/registrations` with `app_data.push_url` makes Home Assistant load
 * `notify.mobile_app_<device name in lower case, spaces to underscores>` at once (under 0.1 s, no restart);
 * each message is then POSTed as JSON to that address, which may be plain http on loopback. The answer
 * must be 201 with `rateLimits`, or Home Assistant logs the push as failed; the Action succeeds either way.
 * A button pressed goes back by `POST /api/webhook/<webhook_id>` and comes out as the event
 * `mobile_app_notification_action`, which only an administrator may listen to.
 */

import type { Arrivals } from './listen.ts';
import { answerJson, arrivals, listenHttp } from './listen.ts';

export interface Push {
  readonly title?: string;
  readonly message: string;
  readonly data?: Record<string, unknown>;
  readonly push_token: string;
}

export interface Phone {
  /** Name of its action within the domain `notify`. */
  readonly action: string;
  readonly pushes: Arrivals<Push>;
  /** Presses a button of a message. */
  press(action: string): Promise<void>;
  close(): Promise<void>;
}

const rateLimits = { successful: 1, errors: 0, maximum: 500, resetsAt: '2100-01-01T00:00:00.000Z' };

/** Registers a phone at a home (real or simulated) and receives what is pushed to it. */
export async function pushReceiver(home: {
  url: string;
  token: string;
  name: string;
}): Promise<Phone> {
  const pushes = arrivals<Push>();
  const server = await listenHttp((_request, body, response) => {
    pushes.add(JSON.parse(body.toString()) as Push);
    answerJson(response, 201, { rateLimits });
  });
  const registered = await fetch(`${home.url}/api/mobile_app/registrations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${home.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      device_id: home.name,
      app_id: 'tomte.test',
      app_name: 'Tomte test',
      app_version: '1',
      device_name: home.name,
      manufacturer: 'Test',
      model: 'Test',
      os_name: 'Test',
      os_version: '1',
      supports_encryption: false,
      app_data: { push_token: 'test', push_url: `${server.url}/push` },
    }),
  });
  if (registered.status !== 201) throw new Error(`registration answered ${registered.status}`);
  const { webhook_id } = (await registered.json()) as { webhook_id: string };
  return {
    action: `mobile_app_${home.name.toLowerCase().replaceAll(' ', '_')}`,
    pushes,
    async press(action) {
      const event_data = { action };
      const data = { event_type: 'mobile_app_notification_action', event_data };
      await fetch(`${home.url}/api/webhook/${webhook_id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'fire_event', data }),
      });
    },
    close: () => server.close(),
  };
}
