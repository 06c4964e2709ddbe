/** The companion app's side of a home: registered phones get pushes and answer with buttons. */
import type { World } from './world.ts';

export interface Phone {
  /** Name of its action within `notify`, such as mobile_app_majas_phone. */
  readonly action: string;
  readonly webhookId: string;
  push(message: Readonly<Record<string, unknown>>): Promise<void>;
}

export interface Registration {
  readonly device_name: string;
  readonly app_id: string;
  readonly app_version: string;
  readonly os_version?: string;
  readonly app_data?: { push_token?: string; push_url?: string };
}

/** Registers a phone; without `push_url` there is nothing to push to, and so no action. */
export function registerPhone(world: World, o: Registration): { webhook_id: string } {
  const webhookId = world.id() + world.id();
  const action = `mobile_app_${o.device_name
    .toLowerCase()
    .replaceAll(/[^a-z0-9 ]+/g, '')
    .replaceAll(/ +/g, '_')}`;
  world.webhooks.set(webhookId, (body) => fireEvent(world, body));
  const { push_token, push_url } = o.app_data ?? {};
  if (!push_url) return { webhook_id: webhookId };
  world.phones.set(action, {
    action,
    webhookId,
    async push(message) {
      const { app_id, app_version, os_version } = o;
      const registration_info = { app_id, app_version, webhook_id: webhookId, os_version };
      const body = JSON.stringify({ ...message, push_token, registration_info });
      const headers = { 'content-type': 'application/json', 'user-agent': world.agent };
      try {
        await fetch(push_url, {
          method: 'POST',
          body,
          headers,
          signal: AbortSignal.timeout(10_000),
        });
      } catch (error) {
        // Home Assistant logs a push that failed and calls the Action done.
        world.log.warn({ error: String(error) }, 'simulated push failed');
      }
    },
  });
  world.fire('service_registered', { domain: 'notify', service: action });
  return { webhook_id: webhookId };
}

/** `POST /api/webhook/<id>` of a phone: a button pressed on a message becomes an event. */
function fireEvent(world: World, body: unknown): void {
  const { type, data } = body as {
    type?: string;
    data?: { event_type?: string; event_data?: object };
  };
  if (type === 'fire_event' && data?.event_type) world.fire(data.event_type, data.event_data ?? {});
}
