import type { Change } from '@tomte/sdk/home';
import { systemClock } from '../../lib/clock.ts';
import { type Log, silentLog } from '../../lib/log.ts';
import { Secret } from '../../lib/secret.ts';
import type { Sim } from '../../sim/sim.ts';
import { type Link, type LinkOptions, openLink } from '../link.ts';

/** Pauses short enough for a test; none of them decides one. */
export const quick = {
  backoff: { firstMs: 10, maxMs: 50 },
  gatherMs: 10,
  startPollMs: 10,
  gap: { pollMs: 10, recorderMs: 3_000 },
} satisfies LinkOptions['options'];

export function linkTo(
  sim: Pick<Sim, 'url' | 'tokens'>,
  o: { position?: number; token?: string; log?: Log; options?: LinkOptions['options'] } = {},
): Link {
  return openLink({
    home: 'h1',
    address: sim.url,
    token: new Secret(o.token ?? sim.tokens.resident),
    pin: null,
    clock: systemClock,
    log: o.log ?? silentLog,
    random: () => 0.5,
    position: o.position ?? 0,
    options: { ...quick, ...o.options },
  });
}

/** Looks again until it holds; what never holds fails with its name. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = systemClock.ticks() + 45_000;
  while (!holds()) {
    if (systemClock.ticks() > end) throw new Error(`never came true: ${what}`);
    await systemClock.sleep(3);
  }
}

/** `id:from>to`, with `late` behind what was rebuilt. */
export const said = (c: Change): string =>
  `${c.entityId}:${c.from?.state ?? 'nothing'}>${c.to?.state ?? 'nothing'}${c.late ? ' late' : ''}`;
