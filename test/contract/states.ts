/** The live picture: snapshot, diffs, Actions, and how devices answer them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RawSocket } from '../kit/raw-home.ts';
import type { HomeRow, TestHome } from './homes.ts';

type Compressed = { s: string; a: object; c: unknown; lc: number; lu?: number };
type EntityEvent = {
  a?: Record<string, Compressed>;
  c?: Record<string, { '+': Compressed; '-'?: { a: string[] } }>;
  r?: string[];
};

export function statesContract({ start }: HomeRow): void {
  let home: TestHome;
  let socket: RawSocket;
  beforeAll(async () => {
    home = await start();
    socket = await home.open();
    await socket.result('supported_features', { features: { coalesce_messages: 1 } });
  });
  afterAll(async () => {
    socket?.close();
    await home?.close();
  });

  /** Events of one entity, in order; `next` waits for the one after those it has given. */
  async function watch(entityId: string) {
    const id = socket.nextId();
    await socket.result('subscribe_entities', { entity_ids: [entityId] });
    await socket.events.until((e) => e.id === id);
    let given = 1;
    const mine = () => socket.events.all.filter((e) => e.id === id);
    const next = async (): Promise<EntityEvent> => {
      const n = given++;
      await socket.events.until((e) => e.id === id && mine().length > n);
      return mine()[n]!.event;
    };
    return {
      first: mine()[0]!.event as EntityEvent,
      next,
      stop: () => socket.result('unsubscribe_events', { subscription: id }),
    };
  }

  test('the first event of the subscription is the snapshot', async () => {
    const id = socket.nextId();
    await socket.result('subscribe_entities');
    const { event } = await socket.events.until((e) => e.id === id);
    const states =
      await socket.result<{ entity_id: string; state: string; attributes: object }[]>('get_states');
    const added = (event as EntityEvent).a!;
    expect(Object.keys(added).sort()).toEqual(states.map((s) => s.entity_id).sort());
    const flow = states.find((s) => s.entity_id === 'sensor.water_flow')!;
    expect(added['sensor.water_flow']).toMatchObject({ s: flow.state, a: flow.attributes });
    await socket.result('unsubscribe_events', { subscription: id });
  });

  test('an entity that comes, changes, keeps still and goes is told in this form', async () => {
    const id = `sensor.contract_${home.admin ? 'admin' : 'resident'}`;
    const { first, next, stop } = await watch(id);
    expect(first).toEqual({ a: {} });
    await home.post(id, '1', { kept: 1, gone: { deep: true } });
    const added = (await next()).a![id]!;
    expect(added).toMatchObject({ s: '1', a: { kept: 1, gone: { deep: true } } });
    expect(added.c).toEqual({
      id: expect.any(String),
      parent_id: null,
      user_id: expect.any(String),
    });
    expect(added.lu).toBeUndefined();

    await home.post(id, '2', { kept: 1, came: [1] });
    const both = (await next()).c![id]!;
    expect(both).toEqual({
      '+': { s: '2', lc: expect.any(Number), c: expect.any(String), a: { came: [1] } },
      '-': { a: ['gone'] },
    });

    await home.post(id, '2', { kept: 2, came: [1] });
    expect((await next()).c![id]).toEqual({
      '+': { lu: expect.any(Number), c: expect.any(String), a: { kept: 2 } },
    });

    // The same again is only reported, and told to nobody: the next event is the removal.
    await home.post(id, '2', { kept: 2, came: [1] });
    await home.remove(id);
    expect(await next()).toEqual({ r: [id] });
    await home.post(id, '2', {});
    expect((await next()).a![id]!.s).toBe('2');
    await home.remove(id);
    await stop();
  });

  test('a switch follows its Action, and its context names who asked', async () => {
    const user = await socket.result<{ id: string }>('auth/current_user');
    const target = { entity_id: 'switch.dishwasher' };
    await socket.result('call_service', { domain: 'switch', service: 'turn_off', target });
    const { next, stop } = await watch('switch.dishwasher');
    const asked = { domain: 'switch', service: 'turn_on', target };
    const { context } = await socket.result<{ context: { id: string; user_id: string } }>(
      'call_service',
      asked,
    );
    expect(context).toEqual({ id: expect.any(String), parent_id: null, user_id: user.id });
    expect((await next()).c!['switch.dishwasher']!['+'].s).toBe('on');
    await socket.result('call_service', { domain: 'switch', service: 'turn_off', target });
    expect((await next()).c!['switch.dishwasher']!['+'].s).toBe('off');
    await stop();
  });

  test('a number set by hand moves the sensor that repeats it', async () => {
    const { first, next, stop } = await watch('sensor.electricity_price');
    const before = Number(first.a!['sensor.electricity_price']!.s);
    const set = (value: number) =>
      socket.result('call_service', {
        domain: 'input_number',
        service: 'set_value',
        target: { entity_id: 'input_number.price' },
        service_data: { value },
      });
    await set(before + 0.01);
    expect(Number((await next()).c!['sensor.electricity_price']!['+'].s)).toBeCloseTo(
      before + 0.01,
    );
    await set(before);
    await next();
    await stop();
  });

  test('an Action on an entity that does not exist succeeds, and does nothing', async () => {
    const target = { entity_id: 'switch.nobody' };
    const answer = await socket.call('call_service', {
      domain: 'switch',
      service: 'turn_on',
      target,
    });
    expect(answer.success).toBe(true);
  });

  test('Actions that cannot be are refused by their codes', async () => {
    const refusal = async (fields: object) =>
      (await socket.call('call_service', fields)).error as { code: string; message: string };
    expect(await refusal({ domain: 'nobody', service: 'turn_on' })).toMatchObject({
      code: 'not_found',
      message: 'Service nobody.turn_on not found.',
    });
    expect(
      (
        await refusal({
          domain: 'switch',
          service: 'turn_on',
          service_data: { strange: 1 },
          target: { entity_id: 'switch.dishwasher' },
        })
      ).code,
    ).toBe('invalid_format');
    const tooMuch = {
      service_data: { value: 9999 },
      target: { entity_id: 'number.ev_charging_current' },
    };
    const outside = await refusal({ domain: 'number', service: 'set_value', ...tooMuch });
    expect(outside.code).toBe('service_validation_error');
    expect(outside.message).toMatch(
      /^Validation error: Value 9999.0 for number.ev_charging_current is outside/,
    );
    if (!home.admin) {
      // The refusal of a right comes back under another code than that of a subscription.
      expect(await refusal({ domain: 'homeassistant', service: 'restart' })).toEqual({
        code: 'home_assistant_error',
        message: 'Unauthorized',
      });
    }
  });

  test('everyone may read the registries', async () => {
    const list = (noun: string) =>
      socket.result<Record<string, unknown>[]>(`config/${noun}_registry/list`);
    const areas = await list('area');
    expect(areas.map((a) => a.name)).toEqual(expect.arrayContaining(['Hall', 'Kitchen', 'Garage']));
    expect(Object.keys(areas[0]!)).toEqual(
      expect.arrayContaining(['area_id', 'floor_id', 'labels', 'name']),
    );
    const entity = (await list('entity')).find((e) => e.entity_id === 'sensor.water_flow')!;
    expect(Object.keys(entity)).toEqual(
      expect.arrayContaining([
        'device_id',
        'area_id',
        'labels',
        'platform',
        'unique_id',
        'original_name',
        'entity_category',
        'disabled_by',
        'hidden_by',
      ]),
    );
    const device = (await list('device'))[0]!;
    expect(Object.keys(device)).toEqual(
      expect.arrayContaining(['id', 'name', 'name_by_user', 'area_id', 'parent_device_id']),
    );
    expect(Array.isArray(await list('floor'))).toBe(true);
    expect(Array.isArray(await list('label'))).toBe(true);
    const shown = await socket.result<{ entities: Record<string, unknown>[] }>(
      'config/entity_registry/list_for_display',
    );
    expect(shown.entities.find((e) => e.ei === 'sensor.water_flow')).toMatchObject({
      pl: 'template',
      lb: [],
    });
  });

  test('a change in the registry is announced', async () => {
    const id = socket.nextId();
    await socket.result('subscribe_events', { event_type: 'entity_registry_updated' });
    const change = async (area_id: string | null) => {
      const { rawSocket } = await import('../kit/raw-home.ts');
      const { socket: admin } = await rawSocket({ url: home.url, token: home.adminToken });
      await admin.result('config/entity_registry/update', {
        entity_id: 'sensor.house_power',
        area_id,
      });
      admin.close();
    };
    await change('garage');
    const { event } = await socket.events.until((e) => e.id === id);
    expect(event).toMatchObject({
      event_type: 'entity_registry_updated',
      data: { action: 'update', entity_id: 'sensor.house_power' },
    });
    await change(null);
  });
}
