import { defineChannel, type Message } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';
import { fit } from '../fit.ts';
import { mustBeTaken, parsed, type Reached, reach, tooMany } from '../reach.ts';

const api = 'https://api.pushover.net/1';
const hosts = ['api.pushover.net'];
const settings = z.strictObject({
  token: secret({
    description: 'API token of your application at pushover.net',
    hosts,
    lengthMin: 30,
  }),
  user: secret({ description: 'Your user key, or the key of a group', hosts, lengthMin: 30 }),
  device: z
    .string()
    .regex(/^[\w-]{1,25}(,[\w-]{1,25})*$/)
    .optional()
    .describe('Name of one device only; all of them when left empty'),
  untilSeen: z
    .boolean()
    .default(false)
    .describe('Repeat each minute, for an hour, until somebody confirms it, when it is for now'),
});

const who = 'Pushover';
const textMax = 1024;
const linkMax = 512;
const emergency = { priority: '2', retry: '60', expire: '3600' };

function loudness({ silent, severity }: Message, untilSeen: boolean): Record<string, string> {
  if (silent) return { priority: '-2' };
  if (severity === 'now') return untilSeen ? emergency : { priority: '1' };
  return { priority: severity === 'today' ? '-1' : '-2' };
}

const answer = z.looseObject({
  status: z.number(),
  errors: z.array(z.string()).optional(),
  request: z.string().optional(),
  receipt: z.string().optional(),
});

function taken(got: Reached, now: number): z.output<typeof answer> | null {
  const said = parsed(answer, got.text);
  const words = said?.errors?.join('; ') ?? '';
  if (got.status === 429) {
    const resetAt = Number(got.headers.get('x-limit-app-reset') ?? Number.NaN) * 1000;
    throw tooMany(who, Number.isFinite(resetAt) ? Math.max(0, resetAt - now) : null);
  }
  if (got.status >= 400 && got.status < 500 && /token/i.test(words)) {
    throw new TomteError('channel.login_refused', 'Pushover does not know this application', {
      hint: 'Copy the API Token of your application at pushover.net again.',
    });
  }
  if (got.status >= 400 && got.status < 500 && /user|device/i.test(words)) {
    throw new TomteError('channel.receiver_unknown', 'Pushover does not know this user or device', {
      hint: 'Copy your User Key from the first page of pushover.net, and check the device’s name.',
    });
  }
  mustBeTaken(got, who);
  return said;
}

const waits = 'until seen ';

export default defineChannel({
  title: 'Pushover',
  text: 'A push message through Pushover, with the chart, repeated until seen if you like.',
  appends: true,
  settings,

  async send(message, { settings: s, fetch, signal, before, now }) {
    const o = { fetch, signal, who };
    const form = new FormData();
    const { text, lines } = fit({ ...message, title: '' }, textMax, { line: 3, all: 0 });
    const set = (fields: Record<string, string | undefined>) => {
      for (const [name, value] of Object.entries(fields)) if (value) form.set(name, value);
    };
    const link = message.link !== null && message.link.length <= linkMax ? message.link : undefined;
    set({ token: s.token, user: s.user, device: s.device, title: message.title });
    set({ message: [text, ...lines.map((line) => `• ${line}`)].join('\n') });
    set({ url: link, url_title: link && 'The whole alert', ...loudness(message, s.untilSeen) });
    set({ timestamp: String(Math.floor(message.sentAt / 1000)) });
    if (message.picture) {
      const chart = new File([Buffer.from(message.picture)], 'chart.png', { type: 'image/png' });
      form.set('attachment', chart);
    }
    const said = taken(
      await reach(`${api}/messages.json`, { method: 'POST', body: form }, o),
      now(),
    );
    if (before?.startsWith(waits)) {
      // What is over, or was told anew, does not go on ringing.
      const receipt = before.slice(waits.length);
      const body = new URLSearchParams({ token: s.token });
      const url = `${api}/receipts/${encodeURIComponent(receipt)}/cancel.json`;
      const got = await reach(url, { method: 'POST', body }, o);
      if (got.status >= 500) mustBeTaken(got, who);
    }
    return { receipt: said?.receipt ? `${waits}${said.receipt}` : (said?.request ?? 'taken') };
  },
});
