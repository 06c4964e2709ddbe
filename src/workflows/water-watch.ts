import { defineWorkflow, type Finding, type WorkflowContext } from '@tomte/sdk/define';
import { clockTime, duration } from '@tomte/sdk/words';
import { z } from 'zod';

const told = ['as found', 'now', 'today', 'digest'] as const;

/** Water that runs when it usually does not: told at once, kept up to date, and closed when it is over. */
export default defineWorkflow({
  title: 'Watch the water',
  text: 'Tells when water runs longer or stronger than is usual at that hour, and when it is over.',
  triggers: [{ anomaly: { about: 'water' } }],
  settings: z.strictObject({
    tell: z
      .enum(told)
      .default('as found')
      .describe(
        'How urgently to tell: as the finding deserves, or always now, today or in the digest',
      ),
    ringWhenWorse: z
      .boolean()
      .default(true)
      .describe('Ring again when it becomes worse while you already know of it'),
  }),

  async run(ctx, settings) {
    if (ctx.trigger.kind !== 'anomaly') return;
    const { finding } = ctx.trigger;
    const key = `water:${finding.entities[0] ?? finding.episode}`;
    if (finding.kind === 'cleared') {
      await ctx.resolve(key, { ...lastWord(finding, ctx.home), at: finding.at });
      return;
    }
    const { title, text, lines, since, entities, facts, episode, detector } = finding;
    const severity = settings.tell === 'as found' ? finding.severity : settings.tell;
    const worse = settings.ringWhenWorse && finding.worse === true;
    const request = {
      key,
      title,
      text,
      lines,
      severity,
      since,
      entities,
      facts,
      episode,
      detector,
    };
    // The finding's own time: a step repeated after a crash must not open again what is over since.
    return ctx.alert({ ...request, worse, at: finding.at });
  },
});

/** The detector's own words where it says that it is over; else made from its times. */
function lastWord(
  finding: Finding,
  home: WorkflowContext['home'],
): { title: string; text: string } {
  if (finding.title.startsWith('Over')) return { title: finding.title, text: finding.text };
  const stopped = finding.facts.numbers.stoppedAt;
  const at = typeof stopped === 'number' ? stopped : finding.at;
  return {
    title: `Over: the water stopped at ${clockTime(at, home.zone)}`,
    text: finding.text || `It ran for ${duration(at - finding.since)}.`,
  };
}
