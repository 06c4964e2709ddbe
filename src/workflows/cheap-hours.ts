import { defineWorkflow, type WorkflowContext } from '@tomte/sdk/define';
import { cheapest, ratesOf } from '@tomte/sdk/prices';
import { clockWord } from '@tomte/sdk/types-people';
import { nextTimeOf } from '@tomte/sdk/wall-clock';
import { clockTime, duration, figure, fit, titled } from '@tomte/sdk/words';
import { z } from 'zod';

const entity = (about: string) =>
  z
    .string()
    .regex(/^([a-z0-9_]+\.[a-z0-9_]+)?$/, 'an entity such as switch.boiler')
    .default('')
    .describe(about);
const hourMs = 3_600_000;

/** One switch on for so many hours, when they are cheapest between two times of the day. */
export default defineWorkflow({
  title: 'Switch at cheap hours',
  text: 'Switches something on for a number of hours when power is cheapest between two times, and off again.',
  words: [
    'run charge heat boiler car dishwasher when power is cheap cheapest price night tariff save money hours switch on',
  ],
  settings: z.strictObject({
    switch: entity('What to switch, such as switch.boiler'),
    price: entity(
      'A price sensor that carries the coming prices, such as those of Nord Pool, ENTSO-E or Octopus',
    ),
    hours: z.number().min(0.25).max(12).default(3).describe('How many hours it must be on'),
    from: clockWord.default('22:00').describe('Not before'),
    until: clockWord.default('07:00').describe('Done by'),
    together: z.boolean().default(true).describe('In one piece, not in several'),
    highest: z
      .number()
      .nullable()
      .default(null)
      .describe('Not at all when the hours cost more than this on average; empty for no limit'),
  }),
  // Until both are chosen there is nothing to wait for.
  triggers: (settings) =>
    settings.switch && settings.price
      ? [{ time: { at: settings.from, misfire: 'once', lateMax: '6h' } }]
      : [],
  mode: { kind: 'single' },
  wants: (settings) => (settings.switch ? [settings.switch] : []),

  async run(ctx, settings) {
    if (!settings.switch || !settings.price) {
      ctx.log('Choose what to switch, and a price sensor.');
      return { switched: false };
    }
    const now = ctx.now();
    const end = nextTimeOf(settings.until, now, ctx.home.zone);
    const lengthMs = Math.min(settings.hours * hourMs, end - now);
    const state = await ctx.home.state(settings.price);
    const { together } = settings;
    const found = state && cheapest(ratesOf(state), { from: now, to: end, lengthMs, together });
    if (found && settings.highest !== null && found.mean > settings.highest) {
      ctx.log(
        `The cheapest ${duration(lengthMs)} cost ${figure(found.mean)} on average, more than ${settings.highest}.`,
      );
      return { switched: false, mean: found.mean };
    }
    if (!found) ctx.log('The coming prices are not known; it runs as late as it may.');
    const pieces = found?.pieces ?? [{ start: end - lengthMs, end }];
    for (const piece of pieces) {
      await ctx.sleep({ at: new Date(piece.start).toISOString() });
      if (!(await turn(ctx, settings.switch, 'turn_on'))) return { switched: false };
      await ctx.sleep({ at: new Date(piece.end).toISOString() });
      await turn(ctx, settings.switch, 'turn_off');
    }
    return { switched: true, pieces, mean: found?.mean ?? null };
  },

  /** Whatever went wrong, it does not stay on. */
  onFailure: async (ctx, settings) => {
    if (settings.switch) await turn(ctx, settings.switch, 'turn_off');
  },
});

/** True when the home followed; else the person is told, once for each switch. */
async function turn(
  ctx: WorkflowContext,
  id: string,
  action: 'turn_on' | 'turn_off',
): Promise<boolean> {
  const outcome = await ctx.act(
    { domain: id.slice(0, id.indexOf('.')), action, entities: [id], data: {} },
    { retries: 2 },
  );
  const key = `cheap-hours:${id}`;
  const [thing] = await ctx.home.entities({ entity: id });
  const name = thing?.name ?? 'The switch';
  const word = action === 'turn_on' ? 'on' : 'off';
  if (outcome.kind === 'confirmed' || outcome.kind === 'sent') {
    await ctx.resolve(key, {
      title: titled(`Over: ${name}`, ' follows again'),
      text: `It switched ${word}.`,
      at: ctx.now(),
    });
    return true;
  }
  const why =
    outcome.kind === 'refused'
      ? 'I was not allowed to.'
      : 'Home Assistant took it, and nothing followed.';
  const title = titled(name, ` did not switch ${word}`);
  await ctx.alert({
    key,
    title,
    text: fit(title, [
      `Asked at ${clockTime(ctx.now(), ctx.home.zone)}.`,
      why,
      'Look whether it has power and is reachable.',
    ]),
    ...{ severity: 'today', since: ctx.now(), entities: [id] },
  });
  return false;
}
