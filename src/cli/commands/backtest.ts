import { TomteError } from '@tomte/sdk/errors';
import type { Backtest } from '@tomte/sdk/types-runs';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';
import { readSettings } from '../set.ts';

export default command({
  name: 'backtest',
  about: 'Tries a workflow on the recorded past: what it would have told and switched.',
  usage: 'tomte backtest WORKFLOW [--days 60] [--set KEY=VALUE]… [--home HOME]',
  options: {
    days: { type: 'string', about: 'how far back, 1 to 400' },
    set: { type: 'string', multiple: true, about: 'a setting to try, such as minutes=30' },
    home: { type: 'string', about: 'on the past of this home' },
  },
  words: { min: 1, max: 1 },
  async run({ open, words, text, texts, answer }) {
    const days = Number(text('days') ?? 60);
    if (!Number.isInteger(days) || days < 1 || days > 400) {
      throw new TomteError('cli.usage', '--days is a whole number from 1 to 400');
    }
    const { tomte } = await open();
    const home = await oneHome(tomte, text('home'));
    const settings = readSettings(texts('set'));
    const result = await tomte.backtest({
      home: home.id,
      name: words[0]!,
      days,
      ...(settings === undefined ? {} : { settings }),
    });
    answer(result, linesOf(result));
    return 0;
  },
});

const linesOf = (result: Backtest): string[] => [
  result.sentence,
  ...result.missing,
  ...columns([
    ...result.alerts.map((a) => [
      minute(a.since),
      'told',
      a.title,
      a.until === null ? 'still open' : `until ${minute(a.until)}`,
    ]),
    ...result.actions.map((a) => [
      minute(a.at),
      a.allowed ? 'switched' : 'refused',
      `${a.domain}.${a.action}`,
      a.rule ?? a.entities.join(', '),
    ]),
    ...result.notRun.slice(0, 20).map((n) => [minute(n.at), 'did not run', n.code, n.reason]),
  ]),
];
