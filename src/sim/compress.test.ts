import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { compressed, entityEvent } from './compress.ts';
import { States } from './states.ts';

type Full = { s: string; a: Record<string, unknown>; c: unknown; lc: number; lu?: number };
type Diff = { '+': Partial<Full>; '-'?: { a: string[] } };

/** The rules of the protocol, written down a second time: what a client does with a diff. */
function applied(known: Full, diff: Diff): Full {
  const { a, c, lc, lu, s } = diff['+'];
  const attributes = { ...known.a, ...a };
  for (const name of diff['-']?.a ?? []) delete attributes[name];
  const object = (value: unknown) =>
    typeof value === 'string' ? { id: value, parent_id: null, user_id: null } : (value as object);
  const context =
    c === undefined
      ? object(known.c)
      : typeof c === 'string'
        ? { ...object(known.c), id: c }
        : { ...object(known.c), ...(c as object) };
  const times = lc === undefined ? { lc: known.lc, ...(lu !== undefined && { lu }) } : { lc };
  return { s: s ?? known.s, a: attributes, c: context, ...times };
}

const attributes = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.jsonValue({ maxDepth: 1 }),
  { maxKeys: 4 },
);
const write = fc.record({
  state: fc.constantFrom('on', 'off', '1'),
  attributes,
  user: fc.constantFrom(null, 'u1', 'u2'),
});

test('applying the diffs one after another equals the state at the end', () => {
  fc.assert(
    fc.property(fc.array(write, { minLength: 1, maxLength: 12 }), (writes) => {
      const states = new States(systemClock);
      let mine: Full | null = null;
      states.onChange((change) => {
        const event = JSON.parse(JSON.stringify(entityEvent(change))) as {
          a?: Record<string, Full>;
          c?: Record<string, Diff>;
        };
        mine = event.a ? event.a['sensor.x']! : applied(mine!, event.c!['sensor.x']!);
      });
      for (const w of writes) states.set('sensor.x', w.state, w.attributes, states.context(w.user));
      const due = JSON.parse(JSON.stringify(compressed(states.get('sensor.x')!))) as Full;
      const got = mine as Full | null;
      expect({ ...got!, c: undefined }).toEqual({ ...due, c: undefined });
      const id = (c: unknown) => (typeof c === 'string' ? c : (c as { id: string }).id);
      expect(id(got!.c)).toBe(id(due.c));
    }),
    { numRuns: 200 },
  );
});
