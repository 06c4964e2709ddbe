import { expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { added, type HeldState } from './apply.ts';
import { type GapOptions, gapLimits, type Rebuilt, rebuildGap } from './gap.ts';

type Row = [seconds: number, state: string];
/** Null where the entity was removed. */
type Kept = [seconds: number, state: string | null];
const held = (id: string, [at, s]: Row): HeldState => added(id, { s, a: { live: true }, lc: at });

interface Story {
  told?: Record<string, Row>;
  target: Record<string, Row>;
  recorded: Record<string, Kept[]>;
  /** Up to which time each request finds the recorder, the last of them for all that follow. */
  written?: number[];
  gone?: Record<string, number>;
  unrecorded?: Set<string>;
  position?: number;
  mayRemove?: boolean;
  limits?: Partial<GapOptions['limits']>;
}

/** The recorder as Home Assistant answers: the state at the start first, with the start as its time. */
function recorder(story: Story) {
  let asked = 0;
  return async (_type: string, fields: object = {}) => {
    asked++;
    const { start_time, end_time, entity_ids } = fields as Record<string, string> & {
      entity_ids: string[];
    };
    const from = Date.parse(start_time!) / 1000;
    const to = end_time ? Date.parse(end_time) / 1000 : Number.POSITIVE_INFINITY;
    const answer: Record<string, object[]> = {};
    for (const id of entity_ids) {
      const { written = [Number.POSITIVE_INFINITY] } = story;
      const upTo = written[Math.min(asked, written.length) - 1]!;
      const rows = (story.recorded[id] ?? []).filter(([t]) => t <= upTo);
      const at = rows.findLast(([t]) => t <= from);
      const within = rows.filter(([t]) => t > from && t < to);
      if (!at && within.length === 0) continue;
      answer[id] = [...(at ? [[from, at[1]] as Kept] : []), ...within].map(([lu, s]) => ({
        s,
        lu,
        a: {},
      }));
    }
    return answer;
  };
}

async function rebuilt(story: Story) {
  const map = (rows: Record<string, Row>) =>
    new Map(Object.entries(rows).map(([id, row]) => [id, held(id, row)]));
  const told = map(story.told ?? {});
  const got: Rebuilt[] = [];
  const unreadable: string[] = [];
  const result = await rebuildGap({
    told,
    target: map(story.target),
    position: story.position ?? Math.max(0, ...[...told.values()].map((s) => s.exact)),
    otherwiseTold: story.told ? 0 : (story.position ?? 0),
    mayRemove: story.mayRemove ?? true,
    call: recorder(story),
    clock: systemClock,
    signal: new AbortController().signal,
    gone: new Map(Object.entries(story.gone ?? {})),
    unrecorded: story.unrecorded ?? new Set(),
    onUnreadable: (id) => unreadable.push(id),
    limits: { ...gapLimits, recorderMs: 60, slowRecorderMs: 2_000, pollMs: 5, ...story.limits },
    deliver: async (rows) => {
      got.push(...rows);
      for (const { entityId, to } of rows) to ? told.set(entityId, to) : told.delete(entityId);
    },
  });
  return {
    ...result,
    got,
    unreadable,
    said: got.map((r) => `${r.entityId}=${r.to?.state ?? 'gone'}`),
  };
}

test('what happened while the line was down is told in time order, the end in the snapshot’s words', async () => {
  const { said, got, unknownEntities } = await rebuilt({
    told: { 'a.x': [1000, '1'], 'a.y': [1001, 'p'] },
    target: { 'a.x': [1030, '3'], 'a.y': [1020, 'q'] },
    recorded: {
      'a.x': [
        [1000, '1'],
        [1010, '2'],
        [1030, '3'],
      ],
      'a.y': [
        [1001, 'p'],
        [1020, 'q'],
      ],
    },
  });
  expect(said).toEqual(['a.x=2', 'a.y=q', 'a.x=3']);
  expect(got.at(-1)?.to?.attributes).toEqual({ live: true });
  expect(unknownEntities).toEqual([]);
});

test('what did not change is not asked for nor told', async () => {
  const { said } = await rebuilt({
    told: { 'a.x': [1000, '1'] },
    target: { 'a.x': [1000, '1'] },
    recorded: {},
  });
  expect(said).toEqual([]);
});

test('rows newer than the snapshot are left to the live stream', async () => {
  const { said } = await rebuilt({
    told: { 'a.x': [1000, '1'] },
    target: { 'a.x': [1010, '2'] },
    recorded: {
      'a.x': [
        [1000, '1'],
        [1010, '2'],
        [1020, '3'],
      ],
    },
  });
  expect(said).toEqual(['a.x=2']);
});

test('the recorder is waited for until it has written what the snapshot shows', async () => {
  const { said, unknownEntities } = await rebuilt({
    told: { 'a.x': [1000, '1'] },
    target: { 'a.x': [1020, '3'] },
    recorded: {
      'a.x': [
        [1000, '1'],
        [1010, '2'],
        [1020, '3'],
      ],
    },
    written: [1010, 1010, 1030],
  });
  expect(said).toEqual(['a.x=2', 'a.x=3']);
  expect(unknownEntities).toEqual([]);
});

test('an entity the recorder does not keep is named, and its last state is told all the same', async () => {
  const { said, unknownEntities } = await rebuilt({
    told: { 'a.x': [1000, '1'], 'a.secret': [1000, 'm'] },
    target: { 'a.x': [1030, '2'], 'a.secret': [1010, 'n'] },
    recorded: {
      'a.x': [
        [1000, '1'],
        [1030, '2'],
      ],
    },
  });
  expect(said).toEqual(['a.secret=n', 'a.x=2']);
  expect(unknownEntities).toEqual(['a.secret']);
});

test('an entity removed and made again is told so, and what was told before its removal is not told again', async () => {
  const recorded: Record<string, Kept[]> = {
    'a.x': [
      [999, null],
      [1000, '1'],
      [1010, '2'],
      [1015, null],
      [1020, '1'],
      [1030, '3'],
    ],
  };
  const told: Story['told'] = { 'a.x': [1000, '1'] };
  const { said, unknownEntities } = await rebuilt({
    told,
    target: { 'a.x': [1030, '3'] },
    recorded,
  });
  expect(said).toEqual(['a.x=2', 'a.x=gone', 'a.x=1', 'a.x=3']);
  expect(unknownEntities).toEqual([]);
  const after = await rebuilt({
    told: {},
    position: 1011,
    gone: { 'a.x': 1010 },
    target: { 'a.x': [1030, '3'] },
    recorded,
  });
  // The removal is told to nobody who knows of it: the stream drops what is gone already.
  expect(after.said).toEqual(['a.x=gone', 'a.x=1', 'a.x=3']);
});

test('the last states of an entity that was removed are waited for, and what comes after is not told', async () => {
  const { said, got, unknownEntities } = await rebuilt({
    told: { 'a.x': [1000, '1'], 'a.y': [1000, 'p'] },
    target: { 'a.y': [1012, 'q'] },
    recorded: {
      'a.x': [
        [1000, '1'],
        [1010, '2'],
        [1020, null],
        [1040, '7'],
      ],
      'a.y': [
        [1000, 'p'],
        [1012, 'q'],
      ],
    },
    written: [1000, 1000, 1000, 1050],
    limits: { recorderMs: 2_000 },
  });
  expect(said).toEqual(['a.x=2', 'a.y=q', 'a.x=gone']);
  expect(got.at(-1)?.at).toBe(1020);
  expect(unknownEntities).toEqual([]);
});

test('only proof makes an entity count as not recorded, and any row of it ends that', async () => {
  const unrecorded = new Set<string>();
  const story: Story = {
    told: { 'a.x': [1000, '1'], 'a.y': [1000, 'p'], 'a.secret': [1000, 'm'] },
    target: { 'a.x': [1010.0006, '2'], 'a.y': [1030, 'q'], 'a.secret': [1010.0006, 'n'] },
    recorded: {
      'a.x': [
        [900, '1'],
        [1010.0006, '2'],
      ],
      'a.y': [
        [900, 'p'],
        [1030, 'q'],
      ],
    },
    unrecorded,
  };
  // A recorder that has stopped proves nothing, however long it is waited for.
  const stopped = { written: [950], limits: { recorderMs: 30, slowRecorderMs: 30 } };
  expect((await rebuilt({ ...story, ...stopped })).unknownEntities.sort()).toEqual([
    'a.secret',
    'a.x',
    'a.y',
  ]);
  expect([...unrecorded]).toEqual([]);
  const patient = { limits: { recorderMs: 2_000 } };
  expect((await rebuilt({ ...story, ...patient })).unknownEntities).toEqual(['a.secret']);
  expect([...unrecorded]).toEqual(['a.secret']);
  // Recorded from now on.
  const recorded: Story['recorded'] = {
    ...story.recorded,
    'a.secret': [
      [900, 'm'],
      [1010.0006, 'n'],
    ],
  };
  const again = await rebuilt({ ...story, recorded, written: [950, 950, 950, 1040] });
  expect(again.unknownEntities).toEqual([]);
  expect([...unrecorded]).toEqual([]);
});

test('a commit between two parts of one answer proves nothing', async () => {
  const late = ['a.z', ...Array.from({ length: 120 }, (_, n) => `a.n${n}`)];
  const rows = (at: number): Kept[] => [
    [900, '0'],
    [at, '1'],
  ];
  // One hundred entities are asked at once: a.z before the commit, those at the end after it.
  const { unknownEntities } = await rebuilt({
    told: Object.fromEntries(late.map((id) => [id, [1000, '0']])),
    target: Object.fromEntries(late.map((id, n) => [id, [1010 + n, '1']])),
    recorded: {
      ...Object.fromEntries(late.map((id, n) => [id, rows(1010 + n)])),
      'a.z': [[1010, '1']],
    },
    written: [950, 2000],
  });
  expect(unknownEntities).toEqual([]);
});

test('rows that are no history cost only their own entity', async () => {
  const { said, unknownEntities, unreadable } = await rebuilt({
    told: { 'a.x': [1000, '1'], 'a.bad': [1000, 'm'] },
    target: { 'a.x': [1020, '3'], 'a.bad': [1010, 'n'] },
    recorded: {
      'a.x': [
        [1000, '1'],
        [1010, '2'],
        [1020, '3'],
      ],
      'a.bad': [[1005, 5 as unknown as string]],
    },
  });
  expect(said).toEqual(['a.x=2', 'a.bad=n', 'a.x=3']);
  expect(unknownEntities).toEqual(['a.bad']);
  expect(unreadable).toEqual(['a.bad']);
});

test('removed and added entities are changes, but not while the home is still starting', async () => {
  const story: Story = {
    told: { 'a.old': [1000, '1'] },
    target: { 'a.new': [1010, 'hello'] },
    recorded: { 'a.new': [[1010, 'hello']] },
  };
  expect((await rebuilt(story)).said.sort()).toEqual(['a.new=hello', 'a.old=gone']);
  expect((await rebuilt({ ...story, mayRemove: false })).said).toEqual(['a.new=hello']);
});

test('after a start of Tomte the story goes on where it ended, told from the state before', async () => {
  const { said, got } = await rebuilt({
    position: 1005,
    target: { 'a.x': [1020, '3'], 'a.still': [900, 's'] },
    recorded: {
      'a.x': [
        [1000, '1'],
        [1010, '2'],
        [1020, '3'],
      ],
      'a.still': [[900, 's']],
    },
  });
  expect(said).toEqual(['a.x=2', 'a.x=3']);
  expect(got[0]?.before?.state).toBe('1');
});

test('a long gap is fetched in stretches and still told in order, once', async () => {
  const rows = Array.from({ length: 50 }, (_, n): Row => [1000 + n * 100, String(n)]);
  const { said } = await rebuilt({
    told: { 'a.x': rows[0]! },
    target: { 'a.x': rows.at(-1)! },
    recorded: { 'a.x': rows },
    limits: { entityHoursAtOnce: 0.1 },
  });
  expect(said).toEqual(rows.slice(1).map(([, s]) => `a.x=${s}`));
});

test('a home whose clock was set back has changed too', async () => {
  const { said } = await rebuilt({
    told: { 'a.x': [2000, '1'] },
    target: { 'a.x': [1500, '2'] },
    recorded: {},
  });
  expect(said).toEqual(['a.x=2']);
});

test('in a gap of several stretches each entity is told once, whichever stretch its last state is in', async () => {
  const early: Row[] = [
    [1000, 'a'],
    [1500, 'b'],
  ];
  const late: Row[] = [
    [1000, '0'],
    [5000, '1'],
  ];
  const { said, unknownEntities } = await rebuilt({
    told: { 'a.early': early[0]!, 'a.late': late[0]! },
    target: { 'a.early': early[1]!, 'a.late': late[1]! },
    recorded: { 'a.early': early, 'a.late': late },
    limits: { entityHoursAtOnce: 0.3 },
  });
  expect(said).toEqual(['a.early=b', 'a.late=1']);
  expect(unknownEntities).toEqual([]);
});

test('a long gap is waited for as far back as the recorder may be behind', async () => {
  const rows = [1000, 2000, 3000, 4000, 4950, 5000].map((at): Row => [at, String(at)]);
  const { said } = await rebuilt({
    told: { 'a.x': rows[0]! },
    target: { 'a.x': rows.at(-1)! },
    recorded: { 'a.x': rows },
    // Stretches of six minutes: the eleventh ends five seconds after the row that is not written yet.
    limits: { entityHoursAtOnce: 0.1 },
    written: [...Array<number>(11).fill(4940), 6000],
  });
  expect(said).toEqual(rows.slice(1).map(([, s]) => `a.x=${s}`));
});

test('what the recorder wrote again after a restart is marked; a real change is not', async () => {
  const { got } = await rebuilt({
    told: { 'a.x': [1000, '1'], 'a.y': [1001, 'p'] },
    target: { 'a.x': [1030, '1'], 'a.y': [1030, 'q'] },
    recorded: {
      'a.x': [
        [1000, '1'],
        [1030, '1'],
      ],
      'a.y': [
        [1001, 'p'],
        [1030, 'q'],
      ],
    },
  });
  expect(got.map((r) => [r.entityId, r.isAgain ?? false])).toEqual([
    ['a.x', true],
    ['a.y', false],
  ]);
});
