import { z } from 'zod';
import { homeField, oneHome } from '../one-home.ts';
import { tool } from '../tool.ts';

export default tool({
  name: 'alerts',
  title: 'Alerts and what was unusual',
  about:
    'Alerts people were told of, what detectors found, and what waits for a person’s yes; with id, one alert with its facts.',
  input: z.strictObject({
    home: homeField,
    id: z.string().max(200).optional().describe('Id of one alert'),
    open: z.boolean().default(false).describe('Only those that are not over'),
    limit: z.number().int().min(1).max(40).default(10),
  }),
  async run({ home: named, id, open, limit }, context) {
    const { tomte } = context;
    if (id !== undefined) {
      const { deliveries, chart: _, finding: __, ...page } = await tomte.getAlert({ id });
      const told = deliveries.map(({ channel, state, at }) => ({ channel, state, at }));
      return { ...page, told: told.slice(-6) };
    }
    const home = (await oneHome(context, named)).id;
    const [alerts, findings, approvals] = await Promise.all([
      tomte.listAlerts({ home, limit: open ? 200 : limit }),
      tomte.listFindings({ home, days: 14 }),
      tomte.listApprovals({ home, limit: 5 }),
    ]);
    const shown = open ? alerts.filter(({ state }) => state !== 'resolved') : alerts;
    return {
      alerts: shown.slice(0, limit).map((one) => ({
        ...{ id: one.id, title: one.title, text: one.text, severity: one.severity },
        ...{ state: one.state, since: one.since, over: one.resolvedAt, entities: one.entities },
      })),
      found: findings.slice(0, limit).map((one) => ({
        ...{ detector: one.detector, title: one.title, since: one.since, until: one.until },
        ...{ entities: one.entities, told: !one.hidden, answer: one.answer },
      })),
      approvals: approvals.map((one) => ({
        ...{ title: one.title, state: one.state, answer: one.answer, answeredBy: one.answeredBy },
        until: one.expiresAt,
      })),
    };
  },
});
