import { createServer, type Server } from 'node:http';
import { WebSocketServer } from 'ws';
import { commandTable } from './commands.ts';
import { Connection } from './connection.ts';
import { addressOf, answerHttp, earlyRefusal } from './http.ts';
import type { World } from './world.ts';

export interface SimServer {
  readonly port: number;
  readonly connections: ReadonlySet<Connection>;
  /** Closes every socket with 1000 and refuses new ones. */
  stopListening(): Promise<void>;
  listenAgain(): Promise<void>;
  close(): Promise<void>;
}

const frameMax = 4 * 1024 * 1024;

export async function openServer(world: World, wantedPort: number): Promise<SimServer> {
  const connections = new Set<Connection>();
  const commands = commandTable(world.options.without);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: frameMax,
    perMessageDeflate: false,
  });
  const make = () => {
    const server = createServer((request, response) => {
      answerHttp(world, request, response).catch((error: unknown) => {
        world.log.error({ error: String(error) }, 'simulated home failed');
        response.destroy();
      });
    });
    server.on('upgrade', (request, socket, head) => {
      const refused = earlyRefusal(world, request);
      if (refused || request.url !== '/api/websocket') {
        const status =
          refused?.status === 403 ? '403 Forbidden' : refused ? '400 Bad Request' : '404 Not Found';
        socket.end(
          `HTTP/1.1 ${status}\r\nServer: Python/3.14 aiohttp/3.14.5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
        );
        return;
      }
      sockets.handleUpgrade(request, socket, head, (ws) => {
        const connection = new Connection({ ws, world, commands, address: addressOf(request) });
        connections.add(connection);
        ws.on('close', () => connections.delete(connection));
      });
    });
    return server;
  };
  let server = make();
  await listen(server, wantedPort);
  const port = (server.address() as { port: number }).port;
  let closed = false;
  const stopListening = async () => {
    for (const c of connections) c.close();
    await shut(server);
  };
  return {
    port,
    connections,
    stopListening,
    async listenAgain() {
      if (closed) return;
      server = make();
      await listen(server, port);
      if (closed) await shut(server);
    },
    async close() {
      closed = true;
      for (const c of connections) c.reset();
      await shut(server);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Ends at once also where a peer keeps its connection open. */
function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
