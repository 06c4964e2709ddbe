import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';

/** A bare connection to a real home, to bring about what the Link is then tried on. */
export interface Admin {
  call(type: string, fields?: object): Promise<Record<string, unknown>>;
  close(): void;
}

export async function openAdmin(url: string, token: string): Promise<Admin> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/websocket`);
  const waiting = new Map<number, (frame: Record<string, unknown>) => void>();
  let lastId = 0;
  await once(socket, 'message');
  socket.send(JSON.stringify({ type: 'auth', access_token: token }));
  const [answer] = (await once(socket, 'message')) as [Buffer];
  if (!String(answer).includes('auth_ok')) throw new Error('the real home refused its own token');
  socket.on('message', (raw) => {
    const frame = JSON.parse(String(raw)) as { id: number } & Record<string, unknown>;
    waiting.get(frame.id)?.(frame);
  });
  // A restart closes the socket before it answers.
  socket.on('close', () => {
    for (const wake of waiting.values()) wake({ success: false, error: 'closed' });
  });
  return {
    async call(type, fields = {}) {
      const id = ++lastId;
      const answered = new Promise<Record<string, unknown>>((resolve) => waiting.set(id, resolve));
      socket.send(JSON.stringify({ ...fields, id, type }));
      return answered;
    },
    close: () => socket.close(),
  };
}

/** A long-lived token of a user that logs in with a password. */
export async function tokenOf(
  url: string,
  user: { username: string; password: string },
): Promise<string> {
  const client = `${url}/`;
  const post = async (path: string, body: object | URLSearchParams) => {
    const form = body instanceof URLSearchParams;
    const response = await fetch(url + path, {
      method: 'POST',
      body: form ? body : JSON.stringify(body),
      headers: form ? {} : { 'Content-Type': 'application/json' },
    });
    return (await response.json()) as Record<string, string>;
  };
  const flow = await post('/auth/login_flow', {
    client_id: client,
    handler: ['homeassistant', null],
    redirect_uri: client,
  });
  const done = await post(`/auth/login_flow/${flow.flow_id}`, { ...user, client_id: client });
  const code = { grant_type: 'authorization_code', code: done.result!, client_id: client };
  const { access_token } = await post('/auth/token', new URLSearchParams(code));
  const session = await openAdmin(url, access_token!);
  const made = await session.call('auth/long_lived_access_token', {
    client_name: `test ${randomUUID()}`,
    lifespan: 1,
  });
  session.close();
  return made.result as string;
}
