/** A real MQTT broker on loopback, that can fall and come back on its port. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';

export interface TestBroker {
  readonly port: number;
  /** Topic to what stands there, retained. */
  readonly retained: Map<string, string>;
  /** All that was published, in order, by clients. */
  readonly heard: { readonly topic: string; readonly payload: string; readonly retain: boolean }[];
  publish(topic: string, payload: string, retain?: boolean): Promise<void>;
  /** Resolves once the question is true, looked at after each message. */
  until(question: () => boolean): Promise<void>;
  /** Ends all connections without a goodbye, and forgets what it kept. */
  fall(): Promise<void>;
  rise(): Promise<void>;
  /** Ends connections without a goodbye. */
  cut(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function mqttBroker(
  o: { user?: string; password?: string; deaf?: boolean } = {},
): Promise<TestBroker> {
  const retained = new Map<string, string>();
  const heard: TestBroker['heard'] = [];
  const watching = new Set<() => void>();
  const sockets = new Set<Socket>();
  let port = 0;
  let running: { aedes: Aedes; server: Server } | null = null;

  async function rise(): Promise<void> {
    const aedes = await Aedes.createBroker({
      authenticate: (_client, user, password, done) => {
        const good =
          o.user === undefined || (user === o.user && password?.toString() === o.password);
        if (good) done(null, true);
        else done(Object.assign(new Error('no'), { returnCode: 4 }), false);
      },
      authorizeSubscribe: (_client, subscription, done) => done(null, o.deaf ? null : subscription),
    });
    aedes.on('publish', ({ topic, payload, retain }) => {
      if (topic.startsWith('$SYS')) return;
      const text = payload.toString();
      heard.push({ topic, payload: text, retain });
      if (retain && text === '') retained.delete(topic);
      else if (retain) retained.set(topic, text);
      for (const look of [...watching]) look();
    });
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      aedes.handle(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as { port: number }).port;
    running = { aedes, server };
  }
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  async function fall(): Promise<void> {
    if (!running) return;
    const { aedes, server } = running;
    running = null;
    server.close();
    cut();
    await once(server, 'close');
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    retained.clear();
  }
  await rise();
  return {
    get port() {
      return port;
    },
    ...{ retained, heard, fall, rise, cut },
    publish: (topic, payload, retain = false) =>
      new Promise((resolve, reject) =>
        running!.aedes.publish(
          { cmd: 'publish', topic, payload, retain, qos: 1, dup: false },
          (error) => (error ? reject(error) : resolve()),
        ),
      ),
    until: (question) =>
      new Promise((resolve) => {
        const look = () => {
          if (!question()) return;
          watching.delete(look);
          resolve();
        };
        watching.add(look);
        look();
      }),
    [Symbol.asyncDispose]: fall,
  };
}
