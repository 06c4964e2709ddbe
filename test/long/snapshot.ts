/** Whether the Mirror is the home. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Link } from '../../src/home/link.ts';
import { systemClock } from '../../src/lib/clock.ts';

export interface StateRow {
  entity_id: string;
  state: string;
  attributes: object;
  last_changed: string;
  last_updated: string;
}
/** How the home stands, asked over a line of its own, which nobody cuts. */
export type Ask = () => Promise<StateRow[]>;

/** Looks again while the line is stalled, or lost and not yet missed; the last look is the verdict. */
export async function expectSnapshot(link: Link, ask: Ask): Promise<void> {
  const end = systemClock.ticks() + 20_000;
  for (;;) {
    const { held, wanted } = await compared(link, ask);
    if (isDeepStrictEqual(held, wanted)) return;
    if (systemClock.ticks() > end) return expect(held).toEqual(wanted);
    await systemClock.sleep(20);
  }
}

async function compared(link: Link, ask: Ask) {
  const rows = await ask();
  // Times come in two roundings: one that is as near as they can tell counts as the same.
  const near = (time: number, other: number | undefined) =>
    other !== undefined && Math.abs(time - other) <= 1 ? other : time;
  const wanted: Record<string, object> = {};
  const held: Record<string, object> = {};
  for (const r of rows) {
    const own = link.mirror.entity(r.entity_id);
    wanted[r.entity_id] = {
      state: r.state,
      attributes: r.attributes,
      changed: near(Date.parse(r.last_changed), own?.lastChanged),
      updated: near(Date.parse(r.last_updated), own?.lastUpdated),
    };
  }
  for (const { entityId, state, attributes, lastChanged, lastUpdated } of link.mirror.entities()) {
    held[entityId] = { state, attributes, changed: lastChanged, updated: lastUpdated };
  }
  return { held, wanted };
}
