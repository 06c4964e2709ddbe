import { SMTPServer } from 'smtp-server';
import { type Arrivals, arrivals } from './listen.ts';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** The whole message as it came: headers, then parts. */
  readonly raw: string;
  /** One header, unfolded; null when absent. */
  header(name: string): string | null;
}

export interface Mailbox {
  readonly host: string;
  readonly port: number;
  readonly mails: Arrivals<Mail>;
  close(): Promise<void>;
}

/** A mail server on loopback that keeps what it gets. With `user` and `password` it asks for them. */
export async function mailbox(login?: { user: string; password: string }): Promise<Mailbox> {
  const mails = arrivals<Mail>();
  const server = new SMTPServer({
    authOptional: !login,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth(auth, _session, done) {
      if (!login || (auth.username === login.user && auth.password === login.password))
        return done(null, { user: auth.username ?? '' });
      return done(new Error('Invalid username or password'));
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.add(
          mailOf(
            Buffer.concat(parts).toString(),
            mailFrom ? mailFrom.address : '',
            rcptTo.map((r) => r.address),
          ),
        );
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  return {
    host: '127.0.0.1',
    port,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function mailOf(raw: string, from: string, to: string[]): Mail {
  const head = raw.slice(0, raw.search(/\r?\n\r?\n/)).replaceAll(/\r?\n[ \t]+/g, ' ');
  const lines = head.split(/\r?\n/);
  return {
    from,
    to,
    raw,
    header(name) {
      const start = `${name.toLowerCase()}:`;
      const line = lines.find((l) => l.toLowerCase().startsWith(start));
      return line === undefined ? null : line.slice(start.length).trim();
    },
  };
}
