import { defineChannel } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type SmtpTransport from 'nodemailer/lib/smtp-transport';
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

/** One way in; with the next there must be time left for a whole mail. */
const waitMs = 8_000;
const waysMax = 3;

interface SmtpFault {
  readonly responseCode?: number;
  /** Of this program or the mail library. */
  readonly code?: string;
  readonly response?: string;
}

/**
 * 4xx answers pass by themselves, 5xx do not; no answer at all may come back. The server's own words
 * may repeat the login: only its numbers are told.
 */
function failure(cause: unknown): TomteError {
  const { responseCode: status, code, response = '' } = cause as SmtpFault;
  const details = { ...(status ? { status } : {}), ...(code ? { code } : {}) };
  // RFC 3463: the second digit says of what, the third why.
  const [, extended = ''] = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response) ?? [];
  const known = (kind: Parameters<typeof error>[0], message: string, hint?: string) =>
    error(kind, message, { cause, details, ...(hint ? { hint } : {}) });
  if (code === 'EAUTH' && (status ?? 500) >= 500) {
    return known('channel.login_refused', 'The mail server does not accept this login', loginHint);
  }
  if (status !== undefined && status >= 500 && /^5\.1\.[1-36]$/.test(extended)) {
    return known('channel.receiver_unknown', `The mail server answered ${status}: no such mailbox`);
  }
  if (status !== undefined && status >= 500 && /^5\.7\./.test(extended)) {
    return known(
      'channel.blocked',
      `The mail server answered ${status}: it may not be sent`,
      blockedHint,
    );
  }
  if (status !== undefined) {
    const kind = status >= 500 ? 'channel.refused' : 'channel.unreachable';
    return known(kind, `The mail server answered ${status}`);
  }
  if (/CERT|SELF_SIGNED|TLS_CERT|UNABLE_TO_VERIFY/.test(String(code ?? ''))) {
    return known(
      'channel.refused',
      'The mail server’s certificate is not trusted',
      certificateHint,
    );
  }
  if (code === 'ETLS') {
    return known('channel.refused', 'The mail server offers no encryption here', encryptionHint);
  }
  return known('channel.unreachable', `The mail server does not answer: ${code ?? 'unknown'}`);
}

const loginHint =
  'Type user and password again. Where two steps are needed to log in, make an app password at your provider.';
const blockedHint =
  'Many providers send only from the address that belongs to the login. Check From.';
const certificateHint = 'Use the server’s name that stands in its certificate, not an IP address.';
const encryptionHint = 'Check the port: 587 is for STARTTLS, 465 for TLS.';

const error = (
  code:
    | 'channel.refused'
    | 'channel.unreachable'
    | 'channel.login_refused'
    | 'channel.receiver_unknown'
    | 'channel.blocked',
  message: string,
  o: { cause: unknown; details: Record<string, unknown>; hint?: string },
) => new TomteError(code, message, o);

/** No connection came about: another address of the same name may do. */
const isNoWay = (cause: unknown): boolean =>
  /^(ECONNECTION|ESOCKET|ETIMEDOUT|EDNS)$/.test((cause as SmtpFault).code ?? '') &&
  (cause as SmtpFault).responseCode === undefined;

export default defineChannel({
  title: 'E-mail',
  text: 'A mail with the chart in it, sent through your own mail server.',
  appends: true,
  settings,

  async send(message, { settings: s, signal, addressesOf }) {
    signal.throwIfAborted();
    const domain = s.from.slice(s.from.lastIndexOf('@') + 1);
    const ready = mail(message, { ...s, domain });
    const ways = (await addressesOf(s.host)).slice(0, waysMax);
    for (const [at, address] of ways.entries()) {
      try {
        return await deliver(ready, transportTo(address, s), signal);
      } catch (cause) {
        if (at + 1 === ways.length || signal.aborted || !isNoWay(cause)) throw failure(cause);
      }
    }
    throw new TomteError('channel.unreachable', 'The mail server has no address');
  },
});

/** To the address that was checked, whatever the name resolves to a moment later. */
const transportTo = (address: string, s: z.output<typeof settings>) =>
  createTransport({
    host: address,
    port: s.port,
    ...(s.host === address ? {} : { servername: s.host }),
    secure: s.encryption === 'tls',
    requireTLS: s.encryption === 'starttls',
    ignoreTLS: s.encryption === 'none',
    ...(s.user ? { auth: { user: s.user, pass: s.password ?? '' } } : {}),
    connectionTimeout: waitMs,
    greetingTimeout: waitMs,
    socketTimeout: waitMs,
  } as SmtpTransport.Options);

async function deliver(
  ready: SendMailOptions,
  transport: ReturnType<typeof transportTo>,
  signal: AbortSignal,
): Promise<{ receipt: string }> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(Object.assign(new Error('stopped'), { code: 'ETIMEDOUT' }));
  signal.addEventListener('abort', stop, { once: true });
  try {
    const sent = await Promise.race([transport.sendMail(ready), aborted]);
    return { receipt: sent.messageId };
  } finally {
    signal.removeEventListener('abort', stop);
    transport.close();
  }
}

/** One press in the mail program ends the mails (RFC 8058); it may ask so over https only. */
function unsubscribing(url: string | null | undefined, from: string): Record<string, string> {
  const byMail = `<mailto:${from}?subject=unsubscribe>`;
  if (!url?.startsWith('https:')) return { 'List-Unsubscribe': byMail };
  return {
    'List-Unsubscribe': `<${url}>, ${byMail}`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

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
      ...unsubscribing(message.unsubscribe, o.from),
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
