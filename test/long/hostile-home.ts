import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** Where in the conversation the home turns on us. */
export type Stage = 'upgrade' | 'hello' | 'answer' | 'snapshot' | 'live' | 'never';

export interface Attack {
  readonly stage: Stage;
  /** Frames in place of, or after, the honest one; a Buffer goes out raw, below the WebSocket. */
  readonly frames: readonly (string | Buffer | { binary: Buffer })[];
}

export interface HostileHome {
  readonly url: string;
  /** How the next connections behave. */
  attack: Attack;
  /** How HTTP requests are answered. */
  answer: (socket: Duplex) => void;
  readonly attacked: number;
  /** Ends the connections there are. */
  drop(): void;
  close(): Promise<void>;
}

const now = 1_795_000_000;
export const honestStates = {
  a: {
    'sensor.flow': { s: '1', a: { unit_of_measurement: 'L/min' }, c: 'c1', lc: now, lu: now },
    'light.hall': { s: 'off', a: { friendly_name: 'Hall' }, c: 'c2', lc: now },
  },
};
export const honestConfig = {
  version: '2026.11.0',
  state: 'RUNNING',
  time_zone: 'Europe/Berlin',
  currency: 'EUR',
  language: 'en',
  location_name: 'Home',
  components: ['history'],
  recovery_mode: false,
};
const results: Record<string, unknown> = {
  get_config: honestConfig,
  get_services: { light: { turn_on: {} } },
  get_states: [],
  'history/history_during_period': {},
};

export async function openHostileHome(): Promise<HostileHome> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const home = { attack: { stage: 'never', frames: [] } as Attack, answer: notFound, attacked: 0 };
  const server = createServer((request) => home.answer(request.socket));
  const open = new Set<Duplex>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => {});
  });
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const { attack } = home;
    if (attack.stage === 'upgrade') return strike(attack, null, socket);
    sockets.handleUpgrade(request, socket, head, (ws) => converse(ws, socket, attack));
  });
  function converse(ws: WebSocket, raw: Duplex, attack: Attack): void {
    ws.on('error', () => {});
    const send = (message: unknown) => ws.send(JSON.stringify(message));
    const strikeAt = (stage: Stage): boolean => {
      if (attack.stage !== stage) return false;
      strike(attack, ws, raw);
      return true;
    };
    ws.on('message', (frame) => {
      for (const message of [JSON.parse(String(frame))].flat()) {
        if (message.type === 'auth') send({ type: 'auth_ok', ha_version: '2026.11.0' });
        else if (message.type === 'ping') send({ id: message.id, type: 'pong' });
        else if (message.type === 'subscribe_entities') {
          send({ id: message.id, type: 'result', success: true, result: null });
          if (strikeAt('snapshot')) continue;
          send({ id: message.id, type: 'event', event: honestStates });
          strikeAt('live');
        } else if (message.type === 'get_config' && strikeAt('answer')) continue;
        else {
          const result = results[message.type] ?? (message.type.endsWith('/list') ? [] : null);
          send({ id: message.id, type: 'result', success: true, result });
        }
      }
    });
    if (!strikeAt('hello')) send({ type: 'auth_required', ha_version: '2026.11.0' });
  }
  function strike(attack: Attack, ws: WebSocket | null, raw: Duplex): void {
    home.attacked++;
    for (const frame of attack.frames) {
      if (Buffer.isBuffer(frame) || ws === null) raw.write(frame as Buffer);
      else if (typeof frame === 'string') ws.send(frame);
      else ws.send(frame.binary, { binary: true });
    }
    // Whatever was not taken for an attack ends with the connection.
    setTimeout(() => raw.destroy(), 15);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return Object.assign(home, {
    url: `http://127.0.0.1:${port}`,
    drop() {
      for (const socket of open) socket.destroy();
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function notFound(socket: Duplex): void {
  socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
}
