import { connect, createServer, type Socket } from 'node:net';

/** A TCP line to a real home that a test can cut in the ways lines fail. */
export interface CuttingProxy {
  readonly url: string;
  /**
   * `reset` tears it, `half-open` lets nothing through any more, `silence` holds all back for `ms`,
   * `down` also refuses for `ms`, or until `up()`.
   */
  cut(kind: 'reset' | 'half-open' | 'silence' | 'down', ms?: number): void;
  up(): void;
  close(): Promise<void>;
}

export async function openCuttingProxy(target: URL): Promise<CuttingProxy> {
  const pairs = new Set<[Socket, Socket]>();
  let down = false;
  const server = createServer((near) => {
    if (down) return void near.resetAndDestroy();
    const far = connect(Number(target.port) || 80, target.hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const hold = (pair: [Socket, Socket]) => {
    for (const socket of pair) socket.unpipe().pause();
  };
  const release = ([near, far]: [Socket, Socket]) => {
    near.pipe(far);
    far.pipe(near);
  };
  const up = () => {
    down = false;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut(kind, ms) {
      for (const pair of [...pairs]) {
        if (kind === 'half-open' || kind === 'silence') hold(pair);
        else pair[0].resetAndDestroy();
        if (kind === 'silence') setTimeout(() => release(pair), ms);
      }
      if (kind !== 'down') return;
      down = true;
      if (ms !== undefined) setTimeout(up, ms);
    },
    up,
    async close() {
      for (const pair of [...pairs]) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
