import { expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { added, type HeldState } from './apply.ts';
import { type GapOptions, gapLimits, type Rebuilt, rebuildGap } from './gap.ts';

type Row = [seconds: number, state: string];
const held = (id: string, [at, s]: Row): HeldState => added(id, { s, a: { live: true }, lc: at });

interface Story {
  told?: Record<string, Row>;
  target: Record<string, Row>;
  recorded: Record<string, Row[]>;
  /** From which request on the recorder has written all. */
  writtenAfter?: number;
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
      let rows = story.recorded[id];
      if (!rows) continue;
      if (asked < (story.writtenAfter ?? 0)) rows = rows.slice(0, -1);
      const at = rows.findLast(([t]) => t <= from);
      const within = rows.filter(([t]) => t > from && t < to);
      answer[id] = [...(at ? [[from, at[1]] as Row] : []), ...within].map(([lu, s]) => ({
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
  const result = await rebuildGap({
    told,
    target: map(story.target),
    position: story.position ?? Math.max(0, ...[...told.values()].map((s) => s.exact)),
    otherwiseTold: story.told ? 0 : (story.position ?? 0),
    mayRemove: story.mayRemove ?? true,
    call: recorder(story),
    clock: systemClock,
    signal: new AbortController().signal,
    unrecorded: new Set(),
    limits: { ...gapLimits, recorderMs: 60, pollMs: 5, ...story.limits },
    deliver: async (rows) => {
      got.push(...rows);
      for (const { entityId, to } of rows) to ? told.set(entityId, to) : told.delete(entityId);
    },
  });
  return { ...result, got, said: got.map((r) => `${r.entityId}=${r.to?.state ?? 'gone'}`) };
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
    writtenAfter: 3,
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
