import { type DecideText, defineWorkflow, type WorkflowContext } from '@tomte/sdk/define';
import { isError } from '@tomte/sdk/errors';
import type { EntityState } from '@tomte/sdk/home';
import { clockWord } from '@tomte/sdk/types-people';
import { count, cut, figure, fit } from '@tomte/sdk/words';
import { z } from 'zod';

const dayMs = 86_400_000;
const textMax = 190;
const namesMax = 10;
const well = 'Nothing is open, no battery is low.';

/** A day of the forecast, as the weather connector tells it. */
interface Day {
  readonly temperatureC: number | null;
  readonly temperatureLowC: number | null;
  readonly condition: string | null;
}

/** What the night left, in a few lines, at the time the person gets up. */
export default defineWorkflow({
  title: 'Morning report',
  text: 'Tells in the morning what is open, empty or silent, how much water ran yesterday, and the weather.',
  words: ['morning report good breakfast summary every day what is open weather overview'],
  settings: z.strictObject({
    at: clockWord.default('07:00').describe('When to tell'),
    batteryBelow: z
      .number()
      .min(1)
      .max(50)
      .default(15)
      .describe('Percent below which a battery is named'),
    tell: z.enum(['today', 'digest']).default('today').describe('How urgently'),
    inWords: z
      .boolean()
      .default(false)
      .describe('Let the language model, where one may decide, say it in its own words'),
    quietWhenWell: z.boolean().default(false).describe('Say nothing when there is nothing to do'),
  }),
  triggers: (settings) => [{ time: { at: settings.at, misfire: 'once', lateMax: '3h' } }],
  mode: { kind: 'single' },

  async run(ctx, settings) {
    const open = (await ctx.home.states({ domain: 'binary_sensor' })).filter(
      (s) =>
        ['door', 'window', 'garage_door'].includes(String(s.attributes.device_class)) &&
        s.state === 'on',
    );
    const empty = (await ctx.home.states({ domain: 'sensor', deviceClass: 'battery' })).filter(
      (s) => Number.isFinite(Number.parseFloat(s.state)) && Number(s.state) < settings.batteryBelow,
    );
    const todo = [
      open.length > 0 ? `Open: ${names(open)}.` : '',
      empty.length > 0
        ? `Empty soon: ${empty
            .map((s) => `${shortName(s)} ${figure(Number(s.state))} %`)
            .slice(0, 3)
            .join(', ')}.`
        : '',
    ].filter((line) => line !== '');
    const more = [await waterLine(ctx), await weatherLine(ctx)].filter((line) => line !== '');
    if (todo.length === 0 && settings.quietWhenWell) return { told: false };
    const things = open.length + empty.length;
    const title =
      things === 0
        ? 'Good morning, all is well'
        : `Good morning, ${count(things, 'thing')} to look at`;
    const plain = fit(title, [...todo, ...more]) || well;
    const said = settings.inWords
      ? await ctx.decide(morningWords({ open, empty, more }, plain))
      : null;
    const isModel = said?.decidedBy === 'model';
    await ctx.alert({
      key: 'morning-report',
      title,
      text: said?.choice ?? plain,
      // Whatever a model leaves out still stands there.
      lines: (isModel ? [...todo, ...more] : more).slice(0, 4),
      ...{ severity: settings.tell, since: ctx.now(), at: ctx.now(), worse: true },
      entities: [...open, ...empty].map(({ entityId }) => entityId),
    });
    return { told: true, things };
  },
});

/** The morning in a few sentences, from what code found; `plain` is what is told without a model. */
export function morningWords(
  o: {
    readonly open: readonly EntityState[];
    readonly empty: readonly EntityState[];
    readonly more: readonly string[];
  },
  plain: string,
): DecideText {
  const open = o.open.slice(0, namesMax).map(nameOf);
  const empty = o.empty.slice(0, namesMax).map((s) => ({ name: nameOf(s), percent: s.state }));
  return {
    kind: 'text',
    question: 'Tell the people of the home what matters this morning, in two or three sentences.',
    facts: {
      ...{ openCount: o.open.length, open, emptySoonCount: o.empty.length },
      ...{ emptySoon: empty, more: o.more },
    },
    names: [...new Set([...open, ...empty.map(({ name }) => name)])].filter((name) => name !== ''),
    lengthMax: Math.max(textMax, plain.length),
    fallback: plain,
  };
}

const nameOf = (s: EntityState) =>
  String(s.attributes.friendly_name ?? 'one without a name').slice(0, 80);
/** Where three of them stand in one sentence. */
const shortMax = 24;
const shortName = (s: EntityState) => cut(nameOf(s), shortMax);
const names = (states: readonly EntityState[]) => {
  const shown = states.slice(0, 3).map(shortName).join(', ');
  return states.length > 3 ? `${shown} and ${states.length - 3} more` : shown;
};

async function waterLine(ctx: WorkflowContext): Promise<string> {
  const meters = (await ctx.home.entities({ domain: 'sensor', deviceClass: 'water' })).slice(0, 1);
  const to = ctx.now();
  for (const meter of meters) {
    const hours = await ctx.home.statistics(meter.id, { from: to - dayMs, to });
    const sum = hours.reduce((all, hour) => all + Math.max(0, hour.change ?? 0), 0);
    if (hours.length > 0) return `Water in 24 h: ${figure(sum)} ${meter.unit ?? ''}.`;
  }
  return '';
}

async function weatherLine(ctx: WorkflowContext): Promise<string> {
  try {
    const { value, stale } = await ctx.facts('weather', { kind: 'daily' });
    const [today] = (value as { forecast?: readonly Day[] }).forecast ?? [];
    if (!today || stale) return '';
    const low = today.temperatureLowC;
    const high = today.temperatureC;
    const range = low === null || high === null ? '' : `${figure(low)} to ${figure(high)} °C`;
    const parts = [range, (today.condition ?? '').replaceAll('-', ' ')].filter(
      (part) => part !== '',
    );
    return parts.length === 0 ? '' : `Weather: ${parts.join(', ')}.`;
  } catch (error) {
    // The report is worth having without the weather.
    if (!isError(error)) throw error;
    ctx.log(`No weather: ${error.message}`);
    return '';
  }
}
