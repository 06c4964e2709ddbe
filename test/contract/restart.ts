/** A restart as clients see it: closed, refused, starting, running. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rest } from '../kit/raw-home.ts';
import { eventually, type HomeRow, type TestHome } from './homes.ts';

export function restartContract({ start }: HomeRow): void {
  let home: TestHome;
  beforeAll(async () => {
    home = await start();
  });
  afterAll(async () => {
    await home?.close();
  });

  test('sockets close with 1000, then nobody listens, then it starts and runs, and only devices come back', async () => {
    const before = await home.open();
    await before.result('call_service', {
      domain: 'switch',
      service: 'turn_off',
      target: { entity_id: 'switch.dishwasher' },
    });
    await home.post('sensor.contract_restart', '1');
    const begun = Date.now();
    await home.restart();
    expect(await before.closed).toBe(1000);

    const seen: string[] = [];
    await eventually(async () => {
      const state = await stateOf(home);
      if (seen.at(-1) !== state) seen.push(state);
      return state === 'RUNNING' ? state : null;
    });
    // A home that closes its sockets may still answer for a moment that it is stopping.
    const closing = ['STOPPING', 'FINAL_WRITE', 'ECONNRESET', 'UND_ERR_SOCKET'];
    const refused = seen.findIndex((state) => !closing.includes(state));
    expect(seen[refused], seen.join(' ')).toBe('ECONNREFUSED');
    expect(seen.at(-1)).toBe('RUNNING');
    expect(seen.slice(refused + 1, -1)).toContain('NOT_RUNNING');

    const after = await home.open();
    const id = after.nextId();
    await after.result('subscribe_entities');
    const { event } = await after.events.until((e) => e.id === id);
    const added = (event as { a: Record<string, { s: string }> }).a;
    expect(added['switch.dishwasher']?.s).toBe('off');
    expect(added['sensor.contract_restart']).toBeUndefined();

    // The recorder holds the state again, with the time it came back, though nothing changed.
    const again = { start_time: new Date(begun).toISOString(), entity_ids: ['switch.dishwasher'] };
    await eventually(async () => {
      const rows = await after.result<Record<string, { s: string; lu: number }[]>>(
        'history/history_during_period',
        { ...again, significant_changes_only: false, include_start_time_state: false },
      );
      return rows['switch.dishwasher']?.at(-1)?.s === 'off' ? true : null;
    });
    after.close();
  }, 90_000);
}

async function stateOf(home: TestHome): Promise<string> {
  try {
    const { json } = await rest(home, { path: '/api/core/state' });
    return (json as { state: string } | null)?.state ?? 'no JSON';
  } catch (error) {
    return (error as { cause?: { code?: string } }).cause?.code ?? String(error);
  }
}
