/** What every watching workflow does with a finding: tell it, keep it up to date, say when it is over. */
import { z } from 'zod';
import type { Finding } from './define.ts';
import { clockTime, duration } from './words.ts';
import type { OfferedAction, WorkflowContext } from './workflow.ts';

export const tellSettings = {
  tell: z
    .enum(['as found', 'now', 'today', 'digest'])
    .default('as found')
    .describe(
      'How urgently to tell: as the finding deserves, or always now, today or in the digest',
    ),
  ringWhenWorse: z
    .boolean()
    .default(true)
    .describe('Ring again when it becomes worse while you already know of it'),
};
/** Keys of the alerts that explain what hangs on them: the home is not heard; it records nothing. */
export const causes = { link: 'link', recorder: 'recorder' } as const;
/** What falls silent with the home itself. */
const hangsOnHome = ['silence', 'battery'];

export type TellSettings = z.infer<z.ZodObject<typeof tellSettings>>;

/**
 * `kind` begins the key: `water:sensor.main`. `over` and `lasted` name what ended: `the water stopped`,
 * `It ran for`. `action` finds what a button of the alert does, while it goes on.
 */
export async function tellFinding(
  ctx: WorkflowContext,
  settings: TellSettings,
  o: {
    kind: string;
    over: string;
    lasted: string;
    action?: (finding: Finding) => Promise<OfferedAction | null>;
  },
): Promise<unknown> {
  if (ctx.trigger.kind !== 'anomaly') return null;
  const { finding } = ctx.trigger;
  const key = `${o.kind}:${finding.entities[0] ?? finding.episode}`;
  if (finding.kind === 'cleared') {
    await ctx.resolve(key, { ...lastWord(finding, ctx.home.zone, o), at: finding.at });
    return null;
  }
  const { title, text, lines, since, entities, facts, episode, detector, at } = finding;
  const severity = settings.tell === 'as found' ? finding.severity : settings.tell;
  const worse = settings.ringWhenWorse && finding.worse === true;
  const action = await o.action?.(finding);
  // The finding's own time: a step repeated after a crash must not open again what is over since.
  return ctx.alert({
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
    worse,
    at,
    ...(hangsOnHome.includes(o.kind) ? { dependsOn: Object.values(causes) } : {}),
    ...(action ? { action } : {}),
  });
}

/** The detector's own words where it says that it is over; else made from its times. */
function lastWord(
  finding: Finding,
  zone: string,
  o: { over: string; lasted: string },
): { title: string; text: string } {
  if (finding.title.startsWith('Over')) return { title: finding.title, text: finding.text };
  const stopped = finding.facts.numbers.stoppedAt;
  const at = typeof stopped === 'number' ? stopped : finding.at;
  return {
    title: `Over: ${o.over} at ${clockTime(at, zone)}`,
    text: finding.text || `${o.lasted} ${duration(at - finding.since)}.`,
  };
}
