import { isError } from '@tomte/sdk/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyEvent, type HeldState } from './apply.ts';
import { parseFrame } from './frames.ts';

type Log = [id: string, from: string | null, to: string | null][];
function taken(events: readonly unknown[]) {
  const states = new Map<string, HeldState>();
  const log: Log = [];
  for (const event of events) {
    applyEvent(states, event, (id, from, to) =>
      log.push([id, from?.state ?? null, to?.state ?? null]),
    );
  }
  return { states, log };
}
const first = {
  a: { 'sensor.flow': { s: '1', a: { unit: 'L', b: 2 }, c: 'c1', lc: 1_795_335_568.68 } },
};
const flow = (...diffs: unknown[]) =>
  taken([first, ...diffs.map((diff) => ({ c: { 'sensor.flow': diff } }))]).states.get(
    'sensor.flow',
  )!;

test('a change of the state alone keeps the attributes, and its time is both times', () => {
  const state = flow({ '+': { s: '2', lc: 1_795_335_570.5, c: 'c2' } });
  expect(state).toMatchObject({
    state: '2',
    attributes: { unit: 'L', b: 2 },
    lastChanged: 1_795_335_570_500,
    lastUpdated: 1_795_335_570_500,
    contextId: 'c2',
  });
});

test('a change of attributes alone leaves last_changed', () => {
  const state = flow({ '+': { lu: 1_795_335_569.683, a: { c: 3 } }, '-': { a: ['b'] } });
  expect(state.attributes).toEqual({ unit: 'L', c: 3 });
  expect(state.lastChanged).toBe(1_795_335_568_680);
  expect(state.lastUpdated).toBe(1_795_335_569_683);
});

test('who holds an older state keeps it as it was', () => {
  const { states } = taken([first]);
  const old = states.get('sensor.flow')!;
  applyEvent(
    states,
    { c: { 'sensor.flow': { '+': { a: { unit: 'm³' }, lu: 1_795_335_999 } } } },
    () => {},
  );
  expect(old.attributes).toEqual({ unit: 'L', b: 2 });
});

test('a context object names only what differs', () => {
  const byUser = flow({ '+': { lc: 1_795_335_570, c: { id: 'c2', user_id: 'u1' } } });
  expect([byUser.contextId, byUser.contextUserId]).toEqual(['c2', 'u1']);
  const again = flow(
    { '+': { lc: 1_795_335_570, c: { id: 'c2', user_id: 'u1' } } },
    { '+': { lc: 1_795_335_571, c: 'c3' } },
  );
  expect([again.contextId, again.contextUserId]).toEqual(['c3', 'u1']);
});

test('added, changed and removed are told in the order they came', () => {
  const { log, states } = taken([
    first,
    { c: { 'sensor.flow': { '+': { s: '2', lc: 1_795_335_570 } } } },
    { r: ['sensor.flow', 'sensor.never'] },
  ]);
  expect(log).toEqual([
    ['sensor.flow', null, '1'],
    ['sensor.flow', '1', '2'],
    ['sensor.flow', '2', null],
  ]);
  expect(states.size).toBe(0);
});

test.each([
  ['a change of an entity never added', { c: { 'sensor.other': { '+': { s: 'x' } } } }],
  ['a state that is a number', { a: { 'sensor.x': { s: 1, a: {}, lc: 1 } } }],
  ['a time without end', { a: { 'sensor.x': { s: '1', a: {}, lc: Number.POSITIVE_INFINITY } } }],
  ['attributes that are a list', { a: { 'sensor.x': { s: '1', a: [], lc: 1 } } }],
  ['an entity without a domain', { a: { __proto__x: { s: '1', a: {}, lc: 1 } } }],
  ['removed entities that are no list', { r: 'sensor.flow' }],
])('%s is refused as a broken protocol', (_, event) => {
  expect(() => taken([first, event])).toThrow(
    expect.objectContaining({ code: 'home.frame_invalid' }),
  );
});

test('applying diffs gives what a fresh snapshot gives', () => {
  const value = fc.record({
    s: fc.string({ maxLength: 5 }),
    a: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer(), { noNullPrototype: true }),
  });
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 12 }), (values) => {
      const events: unknown[] = [{ a: { 'x.y': { ...values[0]!, c: 'c', lc: 1 } } }];
      for (let n = 1; n < values.length; n++)
        events.push(diffOf(values[n - 1]!, values[n]!, n + 1));
      const state = taken(events).states.get('x.y')!;
      expect(state.state).toBe(values.at(-1)!.s);
      expect(state.attributes).toEqual(values.at(-1)!.a);
    }),
  );
});

interface Whole {
  s: string;
  a: Record<string, number>;
}
/** What Home Assistant sends between two states. */
function diffOf(from: Whole, to: Whole, t: number): unknown {
  const plus: Record<string, unknown> = from.s === to.s ? { lu: t } : { s: to.s, lc: t };
  const a = Object.entries(to.a).filter(([key, v]) => from.a[key] !== v);
  if (a.length > 0) plus.a = Object.fromEntries(a);
  const gone = Object.keys(from.a).filter((key) => !(key in to.a));
  return { c: { 'x.y': { '+': plus, ...(gone.length > 0 ? { '-': { a: gone } } : {}) } } };
}

test('a frame is one message or many', () => {
  expect(parseFrame('{"type":"pong","id":1}')).toHaveLength(1);
  expect(parseFrame('[{"type":"pong","id":1},{"id":2,"type":"event"}]')).toHaveLength(2);
});

test('keys that reach a prototype are left out, however they are written', () => {
  for (const key of ['__proto__', '\\u005f_proto__', 'constructor']) {
    const [message] = parseFrame(`{"type":"event","event":{"${key}":{"polluted":1},"kept":1}}`);
    expect(Object.keys(message!.event as object)).toEqual(['kept']);
  }
});

test('nesting deeper than any home sends is refused before anyone walks it', () => {
  const text = `{"type":"event","event":${'['.repeat(500)}${']'.repeat(500)}}`;
  expect(() => parseFrame(text)).toThrow(/nested/);
  const quoted = JSON.stringify({ type: 'event', event: '[{\\"'.repeat(500) });
  expect(parseFrame(quoted)).toHaveLength(1);
});

test('no text whatever makes the parser fail in any other way', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      try {
        parseFrame(text);
      } catch (error) {
        expect(isError(error, 'home.frame_invalid')).toBe(true);
      }
    }),
  );
});
