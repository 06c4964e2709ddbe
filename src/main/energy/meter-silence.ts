/** Whether the meter that a plan is watched by still tells. */
import { z } from 'zod';
import { minuteMs } from '../../energy/series.ts';
import type { Link } from '../../home/link.ts';

/** After this a plan is not followed any more: what is drawn is not known. */
const silentMs = 12 * minuteMs;
const askMs = 60_000;

const rows = z.array(z.object({ entity_id: z.string(), last_reported: z.string().optional() }));

interface Asked {
  readonly mirror: Pick<Link['mirror'], 'entity' | 'lastReported'>;
  readonly call: Link['call'];
}

/** Since when it told nothing, epoch ms; null while it tells. One that is gone is silent. Throws `home.call_*`, link.lost. */
export async function silentSince(
  { mirror, call }: Asked,
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
  const found = rows.safeParse(await call('get_states', {}, { timeoutMs: askMs }));
  const told = found.data?.find(({ entity_id: id }) => id === meter)?.last_reported;
  const last = Math.max(known, (told && Date.parse(told)) || 0);
  return isSilent(last) ? last : null;
}

/** `Meter silent for 12 min.` */
export const meterSilent = (since: number, now: number): string =>
  `Meter silent for ${Math.floor((now - since) / minuteMs)} min.`;
