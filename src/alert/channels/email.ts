import { defineChannel } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { z } from 'zod';
import { mailHtml, mailText } from '../mail.ts';

const settings = z.strictObject({
  host: z.string().min(1).max(253).describe('Mail server for sending, such as smtp.example.org'),
  port: z.int().min(1).max(65535).default(587).describe('587 for STARTTLS, 465 for TLS'),
  encryption: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe('How the way to the mail server is protected'),
  user: z.string().max(320).optional().describe('User name at the mail server'),
  password: secret({
    description: 'Password at the mail server',
    hostOf: 'host',
    lengthMin: 1,
  }).optional(),
  from: z.email().describe('Address the mail comes from'),
  to: z.email().describe('Address the mail goes to'),
});

const waitMs = 10_000;

/** 4xx answers pass by themselves, 5xx do not; no answer at all may come back. */
function failure(cause: unknown): TomteError {
  const { responseCode, code } = cause as { responseCode?: number; code?: string };
  // The server's own words may repeat the login: only its number is told.
  const message = responseCode
    ? `The mail server answered ${responseCode}`
    : `The mail server does not answer: ${code ?? 'unknown'}`;
  const final = (responseCode !== undefined && responseCode >= 500) || code === 'EAUTH';
  return new TomteError(final ? 'channel.refused' : 'channel.unreachable', message, {
    cause,
    details: { ...(responseCode ? { status: responseCode } : {}), ...(code ? { code } : {}) },
  });
}

export default defineChannel({
  title: 'E-mail',
  text: 'A mail with the chart in it, sent through your own mail server.',
  appends: true,
  settings,

  async send(message, { settings: s, signal }) {
    signal.throwIfAborted();
    const transport = createTransport({
      host: s.host,
      port: s.port,
      secure: s.encryption === 'tls',
      requireTLS: s.encryption === 'starttls',
      ignoreTLS: s.encryption === 'none',
      ...(s.user ? { auth: { user: s.user, pass: s.password ?? '' } } : {}),
      connectionTimeout: waitMs,
      greetingTimeout: waitMs,
      socketTimeout: waitMs,
    });
    const stop = () => transport.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const domain = s.from.slice(s.from.lastIndexOf('@') + 1);
      const sent = await transport.sendMail(mail(message, { ...s, domain }));
      return { receipt: sent.messageId };
    } catch (cause) {
      throw failure(cause);
    } finally {
      signal.removeEventListener('abort', stop);
      transport.close();
    }
  },
});

function mail(
  message: Parameters<typeof mailText>[0],
  o: { from: string; to: string; domain: string },
): SendMailOptions {
  const thread = `<${message.tag}@${o.domain}>`;
  return {
    from: { name: 'Tomte', address: o.from },
    to: o.to,
    subject: message.title,
    text: mailText(message),
    html: mailHtml(message),
    // The same id at a second try: mailboxes keep one of two.
    messageId: `<${message.deliveryId}@${o.domain}>`,
    inReplyTo: thread,
    references: thread,
    date: new Date(message.sentAt),
    headers: {
      'List-Unsubscribe': `<mailto:${o.from}?subject=unsubscribe>`,
      'Auto-Submitted': 'auto-generated',
      ...(message.severity === 'now' && !message.silent ? { 'X-Priority': '1' } : {}),
    },
    attachments: message.picture
      ? [
          {
            filename: 'chart.png',
            cid: 'chart',
            content: Buffer.from(message.picture),
            contentType: 'image/png',
            contentDisposition: 'inline' as const,
          },
        ]
      : [],
  };
}
