import { expect, test } from 'vitest';
import { alertLine, calmSentence, gapLine } from './today-words.ts';

const at = (text: string) => Date.parse(`2026-11-22T${text}:00Z`);
const gap = (cause: string, changes = 187) =>
  gapLine({ cause, began_at: at('13:36'), ended_at: at('13:39') }, { zone: 'Etc/UTC', changes });

test('a gap is told by what caused it', () => {
  expect(gap('start')).toBe('Tomte was off until 13:39; caught up on 187 changes.');
  expect(gap('restart')).toBe('Home Assistant restarted 13:36–13:39.');
  expect(gap('link.lost', 1)).toBe('Lost the link 13:36–13:39; caught up on 1 change.');
  expect(gap('link.refused', 0)).toBe('Lost the link 13:36–13:39.');
  expect(gap('overflow')).toBe(null);
  const short = { cause: 'restart', began_at: at('13:41'), ended_at: at('13:41') };
  expect(gapLine(short, { zone: 'Etc/UTC', changes: 0 })).toBe(
    'Home Assistant restarted at 13:41.',
  );
});

test('an alert that is over is one line, at the time it ended', () => {
  const alert = { id: 'a', since: '2026-11-22T13:34:00.000Z' };
  const open = { ...alert, title: 'Water has run for 52 minutes', resolvedAt: null };
  expect(alertLine(open)).toEqual({ at: alert.since, text: `${open.title}.`, alert: 'a' });
  const resolvedAt = '2026-11-22T13:40:00.000Z';
  const over = { at: resolvedAt, text: 'Over: the water stopped at 13:40.', alert: 'a' };
  for (const title of ['Over: the water stopped at 13:40', 'the water stopped at 13:40']) {
    expect(alertLine({ ...alert, title, resolvedAt })).toEqual(over);
  }
});

test('all is quiet only where somebody would be told', () => {
  const counted = { sensors: 3, reportedLastHour: 2 };
  expect(calmSentence({ awake: 0, telling: 0, ...counted })).toBe('Tomte is watching nothing yet.');
  expect(calmSentence({ awake: 2, telling: 0, ...counted })).toBe(
    'Watching only: nothing is told.',
  );
  expect(calmSentence({ awake: 2, telling: 1, ...counted })).toBe(
    'All quiet. 3 sensors watched, 2 of them reported in the last hour.',
  );
  expect(calmSentence({ awake: 1, telling: 1, sensors: 0, reportedLastHour: 0 })).toBe(
    'All quiet.',
  );
});
