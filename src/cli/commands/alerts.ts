import { TomteError } from '@tomte/sdk/errors';
import { alertState } from '@tomte/sdk/types';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';

export default command({
  name: 'alerts',
  about: 'Lists alerts, newest first, with where they were told.',
  usage: 'tomte alerts [--state open|acknowledged|snoozed|resolved] [--home HOME] [--limit N]',
  options: {
    state: { type: 'string', about: 'only those in this state' },
    home: { type: 'string', about: 'only those of this home' },
    limit: { type: 'string', about: 'at most so many' },
  },
  words: { min: 0, max: 0 },
  async run({ open, text, answer }) {
    const state = alertState.optional().safeParse(text('state'));
    if (!state.success) {
      throw new TomteError('cli.usage', `--state is one of ${alertState.options.join(', ')}`);
    }
    const { tomte } = await open();
    const named = text('home');
    const limit = text('limit');
    const alerts = await tomte.listAlerts({
      ...(state.data === undefined ? {} : { state: state.data }),
      ...(named === undefined ? {} : { home: (await oneHome(tomte, named)).id }),
      ...(limit === undefined ? {} : { limit }),
    });
    const rows = alerts.map(({ since, state: now, severity, title, text: words, deliveries }) => [
      minute(since),
      now,
      severity,
      `${title}. ${words}${deliveries.length > 0 ? ` [${told(deliveries)}]` : ''}`,
    ]);
    answer(alerts, rows.length > 0 ? columns(rows) : ['Nothing to tell.']);
    return 0;
  },
});

const told = (deliveries: readonly { channel: string; state: string }[]) =>
  [...new Set(deliveries.map(({ channel, state }) => `${channel}: ${state}`))].join(', ');
