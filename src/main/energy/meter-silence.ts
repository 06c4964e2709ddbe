/** Whether the meter that a plan is watched by still tells. */
import { z } from 'zod';
import { minuteMs } from '../../energy/series.ts';
import type { HttpAnswer } from '../../home/http.ts';
import type { Link } from '../../home/link.ts';

/** After this a plan is not followed any more: what is drawn is not known. */
const silentMs = 12 * minuteMs;

const told = z.object({ last_reported: z.string() });

interface Asked {
  readonly mirror: Pick<Link['mirror'], 'entity' | 'lastReported'>;
  readonly request: Link['request'];
}

/** Since when it told nothing, epoch ms; null while it tells. One that is gone is silent. Throws link.*. */
export async function silentSince(
  { mirror, request }: Asked,
  meter: string | null | undefined,
  now: number,
): Promise<number | null> {
  if (!meter) return null;
  const state = mirror.entity(meter);
  if (!state) return now - silentMs;
  const isSilent = (last: number) => now - last >= silentMs;
  if (state.state.trim() === '' || !Number.isFinite(Number(state.state))) {
    return isSilent(state.lastChanged) ? state.lastChanged : null;
  }
  // The same number told again is no change, but it is no silence either.
  const known = Math.max(state.lastUpdated, mirror.lastReported(meter) ?? 0);
  if (!isSilent(known)) return null;
  // No command of the socket tells that of one entity alone, and a home has thousands.
  const last = Math.max(
    known,
    reportedIn(await request({ method: 'GET', path: `/api/states/${meter}` })),
  );
  return isSilent(last) ? last : null;
}

/** Epoch ms; 0 where the answer does not say. */
function reportedIn({ status, body }: HttpAnswer): number {
  if (status !== 200) return 0;
  try {
    const answer = told.safeParse(JSON.parse(body.toString('utf8')));
    return Date.parse(answer.data?.last_reported ?? '') || 0;
  } catch (error) {
    if (error instanceof SyntaxError) return 0;
    throw error;
  }
}

/** `Meter silent for 12 min.` */
export const meterSilent = (since: number, now: number): string =>
  `Meter silent for ${Math.floor((now - since) / minuteMs)} min.`;
