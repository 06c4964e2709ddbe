/** The story in sentences. */
import { money, moneyBand } from '@tomte/sdk/money';
import { amount, figure } from '@tomte/sdk/words';
import type { Saving } from './savings.ts';
import type { Story } from './story.ts';

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** What a page opens with. */
export function storySentence({ perDay, before, days }: Story): string {
  if (perDay === null) return 'Not sure yet what your home uses: less than a day is known.';
  const used = `Your home uses ${figure(perDay)} kWh a day`;
  if (before === null || before <= 0) return `${used}, by the last ${days} days.`;
  const percent = Math.round((100 * (perDay - before)) / before);
  if (Math.abs(percent) < 3) return `${used}, as the month before.`;
  return `${used}, ${Math.abs(percent)} % ${percent > 0 ? 'more' : 'less'} than the month before.`;
}

/** Up to four lines: what changed, and what runs day and night. */
export function storyLines(
  { perDay, before, baseLoad, devices }: Story,
  currency: string,
): string[] {
  const lines: string[] = [];
  if (baseLoad) {
    const { yearCost } = baseLoad;
    const cost = yearCost === null ? '' : `, about ${figure(yearCost)} ${currency} a year`;
    const rise = baseLoad.beforeW === null ? 0 : baseLoad.nowW - baseLoad.beforeW;
    const trend =
      baseLoad.beforeW === null || Math.abs(rise) < Math.max(10, 0.05 * baseLoad.beforeW)
        ? ''
        : `; ${amount(Math.abs(rise), 'W')} ${rise > 0 ? 'more' : 'less'} than the weeks before`;
    lines.push(`${amount(baseLoad.nowW, 'W')} run day and night${cost}${trend}.`);
  }
  const [largest] = devices;
  if (largest?.share) {
    lines.push(
      `${largest.name} uses most: ${figure(largest.perDay)} kWh a day, ${Math.round(100 * largest.share)} % of all.`,
    );
  }
  const moved = devices
    .flatMap((one) => (one.before === null ? [] : [{ ...one, by: one.perDay - one.before }]))
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))[0];
  if (moved && perDay !== null && before !== null && Math.abs(moved.by) > 0.1) {
    lines.push(
      `${moved.name} changed most since last month: ${figure(Math.abs(moved.by))} kWh a day ${moved.by > 0 ? 'more' : 'less'}.`,
    );
  }
  return lines;
}

export function savingWords(saving: Saving, currency: string): { title: string; text: string } {
  const { kind, name, from, to, low, high, days } = saving;
  const perMonth = `about ${money(saving.perMonth, currency)} a month (${moneyBand(low, high)})`;
  const unsure = days < 14 ? ` Not sure yet: ${days} days of data.` : '';
  if (kind === 'shift') {
    const title = `${name} at ${clock(to!)} instead of ${clock(from!)}`;
    return { title, text: `Saves ${perMonth}, by what the hours cost then.${unsure}` };
  }
  if (kind === 'base-load') {
    return {
      title: 'Find what began to run day and night',
      text: `Back to what it was saves ${perMonth}.`,
    };
  }
  return { title: `${name} uses more than the month before`, text: `As before saves ${perMonth}.` };
}
