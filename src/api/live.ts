import type { LiveEvent } from '@tomte/sdk/types';
import type { Clock } from '../lib/clock.ts';

const listenersMax = 200;
/** Below the idle limits of common proxies (nginx 60 s, Cloudflare 100 s). */
const pingMs = 25_000;

/** Hands live events to every open stream. A stream that does not read is closed, never waited for. */
export class LiveHub {
  #listeners = new Set<(event: LiveEvent) => void>();
  #closers = new Set<() => void>();

  publish(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Ends every stream: browsers open theirs again by themselves, if they may. */
  closeAll(): void {
    for (const close of [...this.#closers]) close();
  }

  get full(): boolean {
    return this.#listeners.size >= listenersMax;
  }

  /** Server-sent events until the client goes. */
  stream(clock: Clock, signal: AbortSignal): Response {
    const encoder = new TextEncoder();
    let close = () => {};
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const send = (text: string) => {
            if ((controller.desiredSize ?? 0) <= 0) return close();
            controller.enqueue(encoder.encode(text));
          };
          const listener = (event: LiveEvent) => send(`data: ${JSON.stringify(event)}\n\n`);
          const stopPing = clock.every(pingMs, () => send(': ping\n\n'));
          const end = () => close();
          close = () => {
            close = () => {};
            stopPing();
            this.#listeners.delete(listener);
            this.#closers.delete(end);
            controller.close();
          };
          this.#closers.add(end);
          this.#listeners.add(listener);
          send('retry: 2000\n: open\n\n');
          signal.addEventListener('abort', () => close(), { once: true });
        },
        cancel: () => close(),
      },
      { highWaterMark: 512 },
    );
    return new Response(body, {
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      },
    });
  }
}
