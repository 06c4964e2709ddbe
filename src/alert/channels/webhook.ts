import { createHmac } from 'node:crypto';
import { defineChannel } from '@tomte/sdk/define';
import { secret, secretAddress } from '@tomte/sdk/secret';
import { z } from 'zod';
import { messageJson } from '../message-json.ts';
import { mustBeTaken, reach } from '../reach.ts';

const settings = z.strictObject({
  url: secretAddress({ description: 'Address that takes the message as a JSON POST' }),
  secret: secret({
    description: 'Signs each message, at least 16 characters; the receiver checks it',
    lengthMin: 16,
  }),
  withPicture: z.boolean().default(true).describe('Send the chart along as base64 PNG'),
});

/** `t` is Unix seconds; the signature covers `t.body`, so an old message cannot be sent anew. */
export function signature(secret: string, unixSeconds: number, body: string): string {
  const mac = createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex');
  return `t=${unixSeconds},v1=${mac}`;
}

export default defineChannel({
  title: 'Webhook',
  text: 'A signed JSON message to an address of yours, for Node-RED, n8n or your own program.',
  settings,

  async send(message, { settings: { url, secret, withPicture }, fetch, signal, now }) {
    const body = JSON.stringify(messageJson(message, withPicture));
    const headers = {
      'content-type': 'application/json',
      'tomte-delivery': message.deliveryId,
      'tomte-signature': signature(secret, Math.floor(now() / 1000), body),
    };
    const got = await reach(
      url,
      { method: 'POST', headers, body },
      { fetch, signal, who: 'The webhook' },
    );
    mustBeTaken(got, 'The webhook');
    return { receipt: `answered ${got.status}` };
  },
});
