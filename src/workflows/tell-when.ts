import { defineWorkflow, type WorkflowContext } from '@tomte/sdk/define';
import {
  readTellRule,
  type TellRule,
  tellCondition,
  tellRulePattern,
  tellRuleText,
  tellRuleWords,
  tellTrigger,
} from '@tomte/sdk/tell-rule';
import { clockTime, cut, fit, titled } from '@tomte/sdk/words';
import { z } from 'zod';

const hourMs = 3_600_000;
/** So far back a machine that is done must have run. */
const ranWithinMs = 6 * hourMs;

const read = (lines: readonly string[]): TellRule[] =>
  lines.flatMap((line) => readTellRule(line) ?? []);

/** What a person wishes to be told of, in lines they can read: states, numbers, machines that are done. */
export default defineWorkflow({
  title: 'Tell me when',
  text: 'Tells when something is so: a door open, a number passed, a machine done, also only while nobody is home.',
  words: [
    'warn notify message inform alert remind when if something happens',
    'washing machine dryer dishwasher done finished ready',
    'left open left on still on door window garage light iron oven',
    'above below over under threshold temperature humidity power',
    'nobody home everyone left away somebody arrives',
  ],
  settings: z.strictObject({
    rules: z
      .array(z.string().regex(tellRulePattern, 'such as binary_sensor.door is on for 10 min'))
      .max(30)
      .default([])
      .describe(
        'What to tell, such as binary_sensor.door is on for 10 min while nobody is home, or sensor.washer_power below 5 for 5 min after above 100',
      ),
    tell: z.enum(['now', 'today', 'digest']).default('today').describe('How urgently'),
  }),
  triggers: ({ rules }) => {
    const all = read(rules);
    // Until there is a rule, nothing but a person starts it.
    if (all.length === 0) return [{ manual: true }];
    const byPeople = all.some(({ who }) => who !== undefined);
    return [
      ...all.map((rule) => ({ state: tellTrigger(rule) })),
      // A light that burns on is told of when the last one leaves.
      ...(byPeople ? [{ state: { domain: 'person' } }] : []),
    ];
  },
  mode: { kind: 'parallel', max: 10 },

  async run(ctx, { rules, tell }) {
    const told: string[] = [];
    for (const rule of rulesOf(ctx, read(rules))) {
      if (!(await isSo(ctx, rule))) continue;
      await tellOne(ctx, rule, tell);
      told.push(tellRuleText(rule));
    }
    for (const text of told) await over(ctx, readTellRule(text)!);
    return { told };
  },
});

/** Those that the change concerns: its own, or, when somebody came or left, those that ask who is home. */
function rulesOf({ trigger }: WorkflowContext, rules: readonly TellRule[]): readonly TellRule[] {
  if (trigger.kind !== 'state') return rules;
  if (trigger.entity.startsWith('person.') && trigger.spec.domain === 'person') {
    return rules.filter(({ who, after }) => who !== undefined && after === undefined);
  }
  const { to, above, below, for: held } = trigger.spec;
  return rules.filter((rule) => {
    const spec = tellTrigger(rule);
    const same = spec.to === to && spec.above === above && spec.below === below;
    return rule.entity === trigger.entity && same && spec.for === held;
  });
}

async function isSo(ctx: WorkflowContext, rule: TellRule): Promise<boolean> {
  const { minutes = 0, after, who, entity } = rule;
  const byPeople = ctx.trigger.kind === 'state' && ctx.trigger.spec.domain === 'person';
  // When people came or left, how long it has been so is still to be seen.
  const held = byPeople && minutes > 0 ? minutes : undefined;
  const { met } = await ctx.until(tellCondition(rule, held), { timeout: `${minutes}m` });
  if (!met) return false;
  if (after !== undefined) {
    const past = await ctx.home.history(entity, { from: ctx.now() - ranWithinMs });
    if (!past.some(({ v }) => Number(v) > after)) {
      ctx.log(`${entity} was not above ${after} before: nothing is done`);
      return false;
    }
  }
  if (who === undefined) return true;
  const people = (await ctx.home.states({ domain: 'person' })).map(({ state }) => state);
  const known = people.filter((state) => !['unknown', 'unavailable'].includes(state));
  const isSomebody = known.includes('home');
  // Nobody is home only where that is known of everybody.
  const isNobody = !isSomebody && people.length > 0 && known.length === people.length;
  const fits = who === 'nobody' ? isNobody : isSomebody;
  if (!fits)
    ctx.log(who === 'nobody' ? 'Somebody is, or may be, home' : 'Nobody is known to be home');
  return fits;
}

const nameMax = 80;

const keyOf = (rule: TellRule): string => `tell-when:${tellRuleText(rule)}`.slice(0, 200);

async function tellOne(
  ctx: WorkflowContext,
  rule: TellRule,
  severity: 'now' | 'today' | 'digest',
): Promise<void> {
  const [info] = await ctx.home.entities({ entity: rule.entity });
  const state = await ctx.home.state(rule.entity);
  const name = info?.name ?? 'One that is gone';
  const { deviceClass = null, unit = null } = info ?? {};
  const since = ctx.now() - (rule.minutes ?? 0) * 60_000;
  const what = tellRuleWords(rule, { name, deviceClass, unit });
  const so = what.slice(name.length);
  const title = titled(name, so);
  await ctx.alert({
    key: keyOf(rule),
    title,
    text: fit(title, [
      `${cut(name, nameMax)}${so} since ${clockTime(since, ctx.home.zone)}.`,
      ...(state && rule.is === undefined
        ? [`It is ${`${state.state} ${unit ?? ''}`.trim()}.`]
        : []),
      ...(rule.who === 'nobody' ? ['Nobody is home.'] : []),
      'You asked to be told.',
    ]),
    ...{ severity, since, entities: [rule.entity] },
  });
}

/** It is over when it is no longer so; what lasts longer than a day stays open until somebody saw it. */
async function over(ctx: WorkflowContext, rule: TellRule): Promise<void> {
  const { met, at } = await ctx.until({ not: tellCondition(rule) }, { timeout: '1d' });
  if (!met) return;
  const title = `Over: no longer so at ${clockTime(at, ctx.home.zone)}`;
  await ctx.resolve(keyOf(rule), { title, text: '', at });
}
