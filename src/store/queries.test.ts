import { grantsOf } from '@tomte/sdk/types-grant';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  answerAction,
  intendAction,
  listActions,
  noteActionConflict,
  sentActions,
} from './actions.ts';
import { changeAlert, listAlerts, openAlert } from './alerts.ts';
import { listChannels, saveChannel, saveChannelTest } from './channels.ts';
import { readDetectorState, saveDetectorState } from './detector-states.ts';
import { endEpisode, listEpisodes, saveEpisode } from './episodes.ts';
import { addGap, listGaps } from './gaps.ts';
import { addHome, changeHome, getHome, removeHome, savePosition } from './homes.ts';
import { keepHours, readHours } from './hours.ts';
import { gainLease, giveUpLease, holderOf, renewLease } from './leases.ts';
import { addNotRun, listNotRuns } from './not-runs.ts';
import {
  countLateReadings,
  dropReadings,
  keepReadings,
  readingBefore,
  readReadings,
} from './readings.ts';
import { addRun, endRun, listRuns, openRuns, setRunState, startsOf } from './runs.ts';
import { seriesOf } from './series.ts';
import { readSetting, saveSetting } from './settings.ts';
import { type FreshStore, freshStore } from './testing.ts';
import { saveWorkflowSettings } from './workflow-settings.ts';

let store: FreshStore;
const at = (minutes: number) => new Date(1_790_000_000_000 + minutes * 60_000);

beforeEach(async () => {
  store = await freshStore();
  await addHome(store.db, {
    id: 'h1',
    name: 'Home',
    address: 'http://127.0.0.1:8123',
    version: '2026.11.0',
    time_zone: 'Europe/Vienna',
    currency: 'EUR',
    user_name: 'Tomte',
    user_id: 'u',
    user_admin: false,
    token_sealed: Buffer.from('sealed'),
    instance: 'abc',
  });
});
afterEach(() => store.close());

const series = async () =>
  (await seriesOf(store.db, 'h1', [{ id: 'sensor.water', unit: 'L' }])).get('sensor.water')!;

const alert = (key: string, id = key) => ({
  id,
  home_id: 'h1',
  key,
  title: 'Water runs',
  text: 'For 40 minutes.',
  severity: 'now' as const,
  state: 'open' as const,
  since: at(0),
  told_at: at(0),
  lines: ['a', 'b'],
  facts: { is: '8 L/min' },
});

test('a home is kept with its secret bytes, and its position only rises', async () => {
  await savePosition(store.db, 'h1', 500);
  await savePosition(store.db, 'h1', 300);
  await changeHome(store.db, 'h1', { name: 'Cabin' });
  expect(await getHome(store.db, 'h1')).toMatchObject({
    name: 'Cabin',
    position: 500,
    token_sealed: Buffer.from('sealed'),
  });
});

test('forgetting a home leaves nothing of it', async () => {
  const id = await series();
  await keepReadings(store.db, [{ series: id, at: 1, value: 1, word: null, late: false }]);
  await keepHours(store.db, id, [{ start: 0, mean: 1, min: 1, max: 1, change: null }]);
  await openAlert(store.db, alert('water'));
  await store.transaction((tx) => removeHome(tx, 'h1'));
  for (const table of ['homes', 'series', 'readings', 'hours', 'alerts'] as const) {
    expect(await store.db.selectFrom(table).selectAll().execute()).toEqual([]);
  }
});

test('one worker holds a home at a time, and its token rises at each gain', async () => {
  const lease = { home: 'h1', worker: 'a', boot: '1', ttlMs: 60_000 };
  expect(await gainLease(store.db, lease)).toBe(1);
  expect(await gainLease(store.db, { ...lease, worker: 'b' })).toBe(null);
  expect([await holderOf(store.db, 'h1'), await holderOf(store.db, null)]).toEqual(['a', 'a']);
  expect(await holderOf(store.db, 'h2')).toBe(null);
  expect(await renewLease(store.db, { home: 'h1', token: 1, ttlMs: 0 })).toBe(true);
  expect(await gainLease(store.db, { ...lease, worker: 'b' })).toBe(2);
  expect(await renewLease(store.db, { home: 'h1', token: 1, ttlMs: 60_000 })).toBe(false);
});

test('a worker that was restarted has its home back at once; one that gives up frees it', async () => {
  const lease = { home: 'h1', worker: 'a', boot: '1', ttlMs: 60_000 };
  await gainLease(store.db, lease);
  expect(await gainLease(store.db, { ...lease, boot: '2' })).toBe(2);
  await giveUpLease(store.db, { home: 'h1', token: 2 });
  expect(await gainLease(store.db, { ...lease, worker: 'b' })).toBe(3);
});

test('of eight workers that reach for a home at once, one gets it', async () => {
  const tokens = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      gainLease(store.db, { home: 'h1', worker: `w${n}`, boot: '1', ttlMs: 60_000 }),
    ),
  );
  expect(tokens.filter((token) => token !== null)).toEqual([1]);
});

test('a reading that comes twice is kept once, numbers and words alike', async () => {
  const id = await series();
  const rows = [
    { series: id, at: 1_790_000_000_000, value: 1.5, word: null, late: false },
    { series: id, at: 1_790_000_001_000, value: null, word: 'unavailable', late: true },
  ];
  expect(await keepReadings(store.db, rows)).toBe(2);
  expect(await keepReadings(store.db, [...rows, { ...rows[0]!, at: 1_790_000_002_000 }])).toBe(1);
  const gap = { home: 'h1', from: 1_790_000_000_000, to: 1_790_000_001_000 };
  expect(await countLateReadings(store.db, gap)).toBe(1);
  expect(await countLateReadings(store.db, { ...gap, to: gap.from })).toBe(0);
  expect(await countLateReadings(store.db, { ...gap, home: 'h2' })).toBe(0);
  const window = { series: id, from: 1_790_000_000_000, to: 1_790_000_002_000 };
  expect(await readReadings(store.db, window)).toEqual([
    { at: 1_790_000_000_000, value: 1.5, word: null },
    { at: 1_790_000_001_000, value: null, word: 'unavailable' },
  ]);
  expect(await readingBefore(store.db, { series: id, at: 1_790_000_000_999 })).toMatchObject({
    value: 1.5,
  });
});

test('readings of more than one batch are all kept, and old ones are dropped', async () => {
  const id = await series();
  const rows = Array.from({ length: 12_000 }, (_, n) => ({
    ...{ series: id, at: n, value: n, word: null, late: false },
  }));
  expect(await keepReadings(store.db, rows)).toBe(12_000);
  expect(await dropReadings(store.db, 11_990)).toBe(11_990);
  expect(await readReadings(store.db, { series: id, from: 0, to: 20_000 })).toHaveLength(10);
});

test('an hour that Home Assistant corrects is replaced', async () => {
  const id = await series();
  const hour = { start: 3_600_000, mean: null, min: null, max: null, change: 2 };
  await keepHours(store.db, id, [hour]);
  await keepHours(store.db, id, [{ ...hour, change: 3 }]);
  expect(await readHours(store.db, { series: id, from: 0, to: 1e10 })).toEqual([
    { ...hour, change: 3 },
  ]);
});

test('the same sensor keeps its series, with its newest unit', async () => {
  const first = await series();
  const again = await seriesOf(store.db, 'h1', [
    { id: 'sensor.water', unit: 'm³' },
    { id: 'sensor.door', unit: null },
  ]);
  expect(again.get('sensor.water')).toBe(first);
  expect(again.size).toBe(2);
});

test('gaps that touch the window are found', async () => {
  const gap = { home_id: 'h1', began_at: 100, ended_at: 200, cause: 'link.lost', rebuilt: 3 };
  await addGap(store.db, { ...gap, unknown_entities: ['sensor.a'] });
  expect(await listGaps(store.db, { home: 'h1', from: 150, to: 160 })).toMatchObject([gap]);
  expect(await listGaps(store.db, { home: 'h1', from: 201, to: 300 })).toEqual([]);
});

test('a detector goes on from what it saved', async () => {
  const key = { home: 'h1', detector: 'water' };
  await saveDetectorState(store.db, { ...key, state: [1, { a: 2 }], position: 5 });
  await saveDetectorState(store.db, { ...key, state: [3], position: 9 });
  expect(await readDetectorState(store.db, key)).toEqual({ state: [3], position: 9 });
});

test('an episode is new once, and over once', async () => {
  const episode = {
    ...{ id: 'e1', home_id: 'h1', detector: 'water', about: 'water', since: 1, raised_at: 2 },
    ...{ state: 'open' as const, finding: { title: 'x' }, cleared_at: null },
  };
  expect(await saveEpisode(store.db, { ...episode, hidden: true })).toBeNull();
  const told = { ...episode, finding: { title: 'y' }, hidden: false };
  expect(await saveEpisode(store.db, told)).toEqual({ hidden: true });
  // What was told once stays told.
  expect(await saveEpisode(store.db, { ...told, hidden: true })).toEqual({ hidden: false });
  expect(await endEpisode(store.db, { id: 'e1', clearedAt: 9 })).toMatchObject({
    finding: { title: 'y' },
  });
  expect(await endEpisode(store.db, { id: 'e1', clearedAt: 10 })).toBeUndefined();
  expect(await listEpisodes(store.db, { home: 'h1', state: 'over' })).toHaveLength(1);
});

test('a workflow keeps the settings that a change does not name', async () => {
  const of = { home: 'h1', workflow: 'water-watch' };
  await saveWorkflowSettings(store.db, { ...of, mode: 'watch', settings: { a: 1 } });
  expect(
    await saveWorkflowSettings(store.db, { ...of, grants: grantsOf(['valve.main']) }),
  ).toMatchObject({
    mode: 'watch',
    settings: { a: 1 },
    grants: grantsOf(['valve.main']),
  });
});

test('what was sent lately is known again after a restart; a conflict is noted once', async () => {
  const action = { domain: 'switch', action: 'turn_on', entities: ['switch.a'], data: {} };
  const intent = { home: 'h1', askedBy: 'workflow:w', action };
  const noon = Date.parse('2026-11-21T12:00:00Z');
  for (const [key, minutes, rule] of [
    ['run-1/act 1', -70, null],
    ['run-1/act 2', -50, null],
    ['run-1/act 3', -40, 'guardrail.paused'],
    ['run_1/act 1', -30, null],
  ] as const) {
    const asked = { ...intent, key, rule, at: new Date(noon + minutes * 60_000) };
    expect(await intendAction(store.db, asked)).toMatchObject({ attempts: 1, answered: false });
  }
  const again = { ...intent, key: 'run-1/act 2', rule: null, at: new Date(noon) };
  const kept = await intendAction(store.db, again);
  expect(kept).toMatchObject({ attempts: 2, asked_at: new Date(noon - 50 * 60_000) });
  const since = new Date(noon - 60 * 60_000);
  const sent = await sentActions(store.db, { home: 'h1', since });
  expect(sent.map(({ key }) => key)).toEqual(['run-1/act 2', 'run_1/act 1']);
  await noteActionConflict(store.db, { key: 'run-1/act 2', conflict: { to: 'off' } });
  await noteActionConflict(store.db, { key: 'run-1/act 2', conflict: { to: 'on' } });
  const ofRun = await listActions(store.db, { run: 'run_1', limit: 10 });
  expect(ofRun.map(({ key }) => key)).toEqual(['run_1/act 1']);
  expect(await listActions(store.db, { home: 'h1', run: 'run-1', limit: 10 })).toMatchObject([
    { key: 'run-1/act 3', rule: 'guardrail.paused' },
    { key: 'run-1/act 2', conflict: { to: 'off' } },
    { key: 'run-1/act 1', conflict: null },
  ]);
});

test('the same happening makes one run, which ends once', async () => {
  const run = { id: 'r1', home: 'h1', workflow: 'w', trigger: { kind: 'manual' }, reason: 'asked' };
  expect(await addRun(store.db, run)).toBe(true);
  expect(await addRun(store.db, run)).toBe(false);
  await setRunState(store.db, 'r1', 'waiting');
  expect(await openRuns(store.db, 'h1', { kinds: [], workflows: [] })).toHaveLength(1);
  expect(await endRun(store.db, { id: 'r1', state: 'done', at: at(1), result: [1] })).toBe(true);
  expect(await endRun(store.db, { id: 'r1', state: 'failed', at: at(2) })).toBe(false);
  await setRunState(store.db, 'r1', 'running');
  expect(await openRuns(store.db, 'h1', { kinds: [], workflows: [] })).toEqual([]);
  expect(await listRuns(store.db, { home: 'h1' })).toMatchObject([{ state: 'done', result: [1] }]);
});

test('an action whose answer was lost in a crash is known to be in doubt', async () => {
  const intent = { home: 'h1', key: 'r1/2', askedBy: 'w', action: { domain: 'light' }, at: at(0) };
  expect(await intendAction(store.db, intent)).toMatchObject({ attempts: 1, answered: false });
  expect(await intendAction(store.db, intent)).toMatchObject({ attempts: 2, answered: false });
  await answerAction(store.db, { key: 'r1/2', outcome: { kind: 'sent' }, at: at(1) });
  expect(await intendAction(store.db, intent)).toMatchObject({
    attempts: 3,
    answered: true,
    outcome: { kind: 'sent' },
  });
});

test('who lost the home may not act in it', async () => {
  const intent = { home: 'h1', askedBy: 'w', action: {}, at: at(0) };
  await gainLease(store.db, { home: 'h1', worker: 'a', boot: '1', ttlMs: 60_000 });
  expect(await intendAction(store.db, { ...intent, key: 'k1', lease: 1 })).not.toBe(null);
  expect(await intendAction(store.db, { ...intent, key: 'k2', lease: 0 })).toBe(null);
});

test('an open alert is opened once however often it is asked for, and again after it is over', async () => {
  const opened = await Promise.all(
    Array.from({ length: 6 }, (_, n) => openAlert(store.db, alert('water', `a${n}`))),
  );
  expect(opened.filter((one) => one.opened)).toHaveLength(1);
  const id = opened[0]!.row.id;
  expect(opened.every((one) => one.row.id === id)).toBe(true);
  await changeAlert(store.db, id, { state: 'resolved', resolved_at: at(5) });
  const next = await openAlert(store.db, alert('water', 'again'));
  expect(next).toMatchObject({
    opened: true,
    row: { lines: ['a', 'b'], facts: { is: '8 L/min' } },
  });
  expect(await listAlerts(store.db, { unresolved: true })).toHaveLength(1);
});

test('many alerts are opened by one connection, whose statements are planned once', async () => {
  for (let n = 0; n < 12; n++) {
    const { opened } = await openAlert(store.db, alert(`many ${n}`, `many${n}`));
    expect(opened).toBe(true);
  }
});

test('a channel changes whole and keeps its last test', async () => {
  const channel = { id: 'c1', kind: 'ntfy', name: 'Phone', settings: { url: 'x' } };
  await saveChannel(store.db, channel);
  await saveChannelTest(store.db, 'c1', { arrived: true });
  await saveChannel(store.db, { ...channel, name: 'Tablet', severities: ['now'] });
  expect(await listChannels(store.db, { home: 'h1' })).toMatchObject([
    { name: 'Tablet', severities: ['now'], test: { arrived: true } },
  ]);
});

test('a setting is any value under a name', async () => {
  expect(await readSetting(store.db, 'publicUrl')).toBeUndefined();
  await saveSetting(store.db, 'publicUrl', 'https://tomte.example.org');
  await saveSetting(store.db, 'publicUrl', null);
  expect(await readSetting(store.db, 'publicUrl')).toBe(null);
});

test('of the reasons why a workflow did not run the newest five hundred are kept', async () => {
  const row = { home: 'h1', workflow: 'w', trigger: 'time', code: 'condition', details: {} };
  for (let n = 0; n < 520; n++) {
    const told = { ...row, reason: `Price was ${n} ct.`, run: `r${n}`, at: at(n * 5) };
    await addNotRun(store.db, told);
  }
  const rows = await listNotRuns(store.db, { home: 'h1', limit: 1000 });
  expect(rows).toHaveLength(500);
  expect(rows[0]).toMatchObject({ reason: 'Price was 519 ct.', times: 1, run: 'r519' });
  const refused = async (run: string) =>
    (await startsOf(store.db, { home: 'h1', workflow: 'w', run })).isRefused;
  expect([await refused('r519'), await refused('r0'), await refused('new')]).toEqual([
    ...[true, false, false],
  ]);
});

test('what is refused again within a minute is counted, with its newest words', async () => {
  const row = { home: 'h1', workflow: 'w', trigger: 'state', code: 'condition', details: {} };
  for (let n = 0; n < 50; n++) {
    const told = new Date(at(0).getTime() + n * 1000);
    await addNotRun(store.db, { ...row, reason: `Power was ${n} W.`, run: `r${n}`, at: told });
  }
  const rows = await listNotRuns(store.db, { home: 'h1', limit: 10 });
  expect(rows).toMatchObject([{ times: 50, reason: 'Power was 49 W.', since: at(0) }]);
  const window = { from: at(0), to: at(1) };
  expect(await listNotRuns(store.db, { ...window, limit: 10 })).toHaveLength(1);
  expect(await listNotRuns(store.db, { from: at(5), limit: 10 })).toHaveLength(0);
});
