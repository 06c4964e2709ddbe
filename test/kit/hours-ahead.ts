/**
 * Hours of a real home in seconds. The home lives in our time, Tomte in a time that runs ahead of it: between
 * the two stands a proxy that dates what happens from here on by Tomte's clock. What is read of the past
 * stays as it is.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import WebSocket, { WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

export interface AheadClock extends Clock {
  /** Now is so much later; what comes round again and again is called for it, once. */
  pass(ms: number): Promise<void>;
}

/** What is heard takes a moment from the socket to where it is judged: time hurries, but not past that. */
const paceMs = 25;

/** Rounds are of the hurried time; limits of what waits for the world outside stay in real time. */
export function aheadClock(): AheadClock & { readonly aheadMs: number; stop(): void } {
  let aheadMs = 0;
  const rounds = new Set<{ ms: number; due: number; call: () => void }>();
  const now = () => systemClock.now() + aheadMs;
  const look = () => {
    for (const round of [...rounds]) {
      if (round.due > now()) continue;
      round.due = now() + round.ms;
      round.call();
    }
  };
  return {
    now,
    ticks: () => systemClock.ticks() + aheadMs,
    sleep: systemClock.sleep,
    after: systemClock.after,
    every(ms, call) {
      const round = { ms, due: now() + ms, call };
      rounds.add(round);
      return () => void rounds.delete(round);
    },
    get aheadMs() {
      return aheadMs;
    },
    stop: systemClock.every(1_000, look),
    async pass(ms) {
      aheadMs += ms;
      look();
      await systemClock.sleep(paceMs);
    },
  };
}

export interface HomeAhead {
  readonly url: string;
  close(): Promise<void>;
}

/** The home at `url`, its news dated `aheadMs()` later. */
export async function homeAhead(url: string, aheadMs: () => number): Promise<HomeAhead> {
  const { hostname, port } = new URL(url);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024 * 1024 });
  const server = createServer((incoming, outgoing) =>
    passOn(incoming, outgoing, { hostname, port }),
  );
  server.on('upgrade', (incoming: IncomingMessage, socket, head: Buffer) => {
    sockets.handleUpgrade(incoming, socket, head, (tomte) =>
      between(tomte, new WebSocket(`ws://${hostname}:${port}${incoming.url}`), aheadMs),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        for (const one of sockets.clients) one.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function between(tomte: WebSocket, home: WebSocket, aheadMs: () => number): void {
  const early: string[] = [];
  tomte.on('message', (message) => {
    if (home.readyState === WebSocket.OPEN) home.send(String(message));
    else early.push(String(message));
  });
  home.on('open', () => {
    for (const message of early.splice(0)) home.send(message);
  });
  home.on('message', (message) => tomte.send(dated(String(message), aheadMs() / 1_000)));
  home.on('close', () => tomte.close());
  home.on('error', () => tomte.terminate());
  tomte.on('close', () => home.close());
  tomte.on('error', () => home.terminate());
}

interface Stamped {
  lc?: number;
  lu?: number;
}
interface Frame {
  readonly event?: { readonly c?: Record<string, { readonly '+'?: Stamped }> };
}

/** Changes of states carry the time they happened; nothing else that Tomte hears of now does. */
function dated(message: string, aheadSeconds: number): string {
  if (aheadSeconds === 0 || !message.includes('"c":{')) return message;
  const frames = JSON.parse(message) as Frame | Frame[];
  for (const { event } of Array.isArray(frames) ? frames : [frames])
    for (const change of Object.values(event?.c ?? {})) {
      const plus = change['+'];
      if (plus?.lc !== undefined) plus.lc += aheadSeconds;
      if (plus?.lu !== undefined) plus.lu += aheadSeconds;
    }
  return JSON.stringify(frames);
}

function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  to: { hostname: string; port: string },
): void {
  const options = { ...to, path: incoming.url, method: incoming.method };
  const onward = request({ ...options, headers: incoming.headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}
