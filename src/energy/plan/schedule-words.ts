/** The choice among schedules as a question: options made by code, each with its money; the cheapest stands. */
import type { DecideChoice } from '@tomte/sdk/decide';
import { money } from '@tomte/sdk/money';
import { moment } from '@tomte/sdk/words';
import type { Schedule, ScheduleId } from './schedules.ts';

const titles: Readonly<Record<ScheduleId, string>> = {
  cheapest: 'Cheapest',
  quiet: 'Nothing runs while the home sleeps',
  today: 'All done before midnight',
  reserve: 'The battery stays half full',
};

interface Where {
  readonly now: number;
  readonly zone: string;
  readonly currency: string;
}

export interface Option {
  readonly id: ScheduleId;
  readonly title: string;
  /** `0.12 EUR more. Dishwasher 20:30, Car 01:00.` */
  readonly text: string;
}

export function optionsOf(schedules: readonly Schedule[], where: Where): Option[] {
  return schedules.map(({ id, plan, more }) => {
    const cost = id === 'cheapest' ? money(plan.cost, where.currency) : moreWords(more, where);
    const starts = startsIn(plan.slots, where);
    return { id, title: titles[id], text: `${cost}. ${starts}`.trim() };
  });
}

const moreWords = (more: number, { currency }: Where): string =>
  more < 0.005 ? 'Costs the same' : `${money(more, currency)} more`;

function startsIn(slots: Schedule['plan']['slots'], { now, zone }: Where): string {
  const starts = new Map<string, number>();
  for (const { start, loads } of slots)
    for (const [id, watts] of Object.entries(loads))
      if (watts > 0 && !starts.has(id)) starts.set(id, Date.parse(start));
  const words = [...starts].map(([id, t]) => `${id} ${moment(t, now, zone)}`);
  return words.length === 0 ? '' : `${words.join(', ')}.`.slice(0, 300);
}

/** `wish`: what a person said, as data. Without a model, or without a fitting answer, the cheapest. */
export function scheduleQuestion(
  options: readonly Option[],
  schedules: readonly Schedule[],
  o: { wish: string | null; weekday: string },
): DecideChoice {
  return {
    question:
      'Which of these ways to run the devices of the home fits best? The cheapest, unless a wish of the people speaks for another that is worth its money.',
    options: options.map(({ id, title, text }) => ({
      id,
      text: `${title}. ${text}`.slice(0, 400),
    })),
    facts: {
      weekday: o.weekday,
      moreMoney: Object.fromEntries(schedules.map(({ id, more }) => [id, round(more)])),
    },
    ...(o.wish === null ? {} : { quoted: { wish: o.wish } }),
    fallback: 'cheapest',
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;
