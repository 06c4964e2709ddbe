/** Whatever is asked, with whatever data: only what was granted passes, and nothing that needs a yes without one. */
import { createSecretKey } from 'node:crypto';
import type { Action, EntityInfo, EntityState } from '@tomte/sdk/home';
import type { Grant } from '@tomte/sdk/types-grant';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { actionHash } from './action-hash.ts';
import { type GuardrailContext, judge } from './guardrail.ts';
import { isNever } from './guardrail-reach.ts';

const key = createSecretKey(Buffer.alloc(32, 7));
const home = [
  ...['light.hall', 'light.attic', 'switch.pump', 'switch.oven', 'climate.bath', 'fan.bath'],
  ...['lock.front', 'cover.garage', 'cover.blind', 'valve.main', 'siren.attic', 'group.all'],
  ...['media_player.living', 'media_player.attic', 'script.all', 'alarm_control_panel.home'],
];
const classes: Record<string, string> = { 'cover.garage': 'garage', 'cover.blind': 'blind' };
const areas: Record<string, string> = { 'light.attic': 'attic', 'siren.attic': 'attic' };
const info = (id: string) =>
  home.includes(id) ? ({ id, deviceClass: classes[id] ?? null } as EntityInfo) : undefined;

const entity = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...home) },
  fc.string({ maxLength: 20 }),
  fc.tuple(fc.constantFrom(...home), fc.constantFrom(...home)).map((two) => two.join()),
  fc.constantFrom(...home).map((id) => id.toUpperCase()),
);
const smuggled = fc.oneof(
  fc.constantFrom(...home),
  fc.constantFrom(...home).map((id) => ` ${id.toUpperCase()} , x`),
  fc.string({ maxLength: 12 }),
  fc.double({ noNaN: true }),
);
const anyData: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  fc.oneof(
    fc.constantFrom('entity_id', 'area_id', 'group_members', 'media_player', 'brightness', 'value'),
    fc.string({ maxLength: 8 }),
  ),
  fc.oneof(smuggled, fc.array(smuggled, { maxLength: 3 }), fc.record({ deep: smuggled })),
  { maxKeys: 4 },
);
const names = fc.constantFrom('turn_on', 'turn_off', 'toggle', 'unlock', 'open_cover', 'join');
const wildAction: fc.Arbitrary<Action> = fc.record({
  domain: fc.constantFrom('light', 'lock', 'homeassistant', 'script', 'notify', 'group', 'siren'),
  action: names,
  entities: fc.array(entity, { maxLength: 4 }),
  data: anyData,
});
/** Of one entity's own domain, as a workflow would ask; only its data is wild. */
const likelyAction: fc.Arbitrary<Action> = fc.constantFrom(...home).chain((id) =>
  fc.record({
    domain: fc.constant(id.slice(0, id.indexOf('.'))),
    action: names,
    entities: fc.constantFrom([id], [id, 'light.attic'], [id, id]),
    data: fc.oneof(fc.constant({}), anyData),
  }),
);
const anyAction = fc.oneof(wildAction, { arbitrary: likelyAction, weight: 4 });
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const anyGrant: fc.Arbitrary<Grant> = fc
  .record(
    {
      actions: fc.array(fc.constantFrom('turn_on', 'turn_off', 'join'), { maxLength: 3 }),
      ranges: fc.array(
        fc.record({ field: fc.constantFrom('brightness', 'value'), max: fc.constant(50) }),
        { maxLength: 2 },
      ),
      perHour: fc.integer({ min: 1, max: 5 }),
      quiet: fc.record({ from: time, to: time }),
      minOnMinutes: fc.integer({ min: 0, max: 60 }),
      ask: fc.boolean(),
      notWhile: fc.array(fc.constantFrom('guests' as const, 'away' as const), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  )
  .chain((limits) =>
    fc.record({
      ...Object.fromEntries(Object.entries(limits).map(([k, v]) => [k, fc.constant(v)])),
      entities: fc.subarray(home),
      areas: fc.array(fc.constantFrom('attic', 'hall'), { maxLength: 2 }),
    }),
  ) as fc.Arbitrary<Grant>;

const anyContext: fc.Arbitrary<GuardrailContext> = fc.record({
  grants: fc.array(anyGrant, { maxLength: 4 }),
  info: fc.constant(info),
  areaOf: fc.constant((id: string) => areas[id] ?? null),
  state: fc
    .constantFrom('on', 'off', 'unavailable')
    .map(
      (state) => (entityId: string) =>
        ({ entityId, state, lastChanged: 1_700_000_000_000 }) as EntityState,
    ),
  now: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_000 + 86_400_000 }),
  zone: fc.constantFrom('Europe/Oslo', 'America/New_York'),
  mode: fc
    .constantFrom(null, null, 'pause', 'guests', 'away')
    .map((held) => (name: string) => (name === held ? 1_800_000_000_000 : null)),
  sent: fc.integer({ min: 0, max: 6 }).map((count) => () => count),
  stopped: fc.constantFrom(true, false, false, false),
  approved: fc.boolean(),
});

/** Every entity of the home that stands anywhere in what would be sent. */
function named(action: Action): string[] {
  const text = JSON.stringify([action.entities, action.data]).toLowerCase();
  const words = text.split(/[^a-z0-9_.]+/);
  return home.filter((id) => words.includes(id));
}
const grantedIn = (id: string, grants: readonly Grant[], never: boolean) =>
  grants.some((g) => g.entities.includes(id) || (!never && g.areas.includes(areas[id] ?? '-')));

const runs = { numRuns: 5_000 };

test('no entity outside the grants is ever named in what passes, whatever the data', () => {
  let passed = 0;
  fc.assert(
    fc.property(anyAction, anyContext, (action, context) => {
      if (judge(action, context).kind === 'refused') return;
      passed++;
      for (const id of named(action)) {
        expect(grantedIn(id, context.grants, isNever(id, info))).toBe(true);
        expect(action.entities).toContain(id);
      }
      for (const id of action.entities) expect(home).toContain(id);
    }),
    runs,
  );
  expect(passed).toBeGreaterThan(30);
});

test('what needs a yes never passes without one; stopped or paused, nothing passes at all', () => {
  fc.assert(
    fc.property(anyAction, anyContext, (action, context) => {
      const verdict = judge(action, context);
      if (context.stopped || context.mode('pause') !== null) expect(verdict.kind).toBe('refused');
      if (verdict.kind !== 'allowed') return;
      if (action.entities.some((id) => isNever(id, info))) expect(context.approved).toBe(true);
    }),
    runs,
  );
});

test('a grant less never allows more', () => {
  fc.assert(
    fc.property(anyAction, anyContext, (action, context) => {
      const less = { ...context, grants: context.grants.slice(1) };
      if (judge(action, less).kind === 'allowed') {
        expect(judge(action, context).kind).toBe('allowed');
      }
    }),
    runs,
  );
});

test('a yes is bound to the whole Action and its home, whatever the order of keys and entities', () => {
  const shuffled = (action: Action): Action => ({
    ...action,
    entities: [...action.entities].reverse(),
    data: Object.fromEntries(Object.entries(action.data).reverse()),
  });
  const canonical = (a: Action) =>
    JSON.stringify([
      a.domain,
      a.action,
      [...a.entities].sort(),
      Object.entries(a.data).sort(([x], [y]) => (x < y ? -1 : 1)),
    ]);
  fc.assert(
    fc.property(anyAction, anyAction, (a, b) => {
      expect(actionHash(key, 'h1', a)).toBe(actionHash(key, 'h1', shuffled(a)));
      expect(actionHash(key, 'h1', a)).not.toBe(actionHash(key, 'h2', a));
      if (canonical(a) !== canonical(b))
        expect(actionHash(key, 'h1', a)).not.toBe(actionHash(key, 'h1', b));
    }),
    { numRuns: 1_000 },
  );
});
