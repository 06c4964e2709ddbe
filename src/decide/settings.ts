import { type DecideSettings, decideSettings } from '@tomte/sdk/types-decide';
import { readSetting, saveSetting } from '../store/settings.ts';
import type { Db } from '../store/tables.ts';

/** As they are until a person changes them. */
export const usualSettings: DecideSettings = {
  deadlineSeconds: 20,
  watchDays: 7,
  keepDays: 365,
  workflowBudget: { calls: 100, tokens: 300_000, money: 0.5 },
  dayBudget: { calls: 500, tokens: 1_000_000, money: 1 },
  currency: 'EUR',
  prices: [],
  leaves: { people: false, places: false, names: false },
  uses: { alertWords: false, probableCause: false, digest: false, energyStory: false },
};

export interface LiveDecideSettings {
  get(): DecideSettings;
  save(change: Partial<DecideSettings>): Promise<DecideSettings>;
}

const settingName = 'decide';

export async function openDecideSettings(db: Db): Promise<LiveDecideSettings> {
  const kept = decideSettings.partial().safeParse((await readSetting(db, settingName)) ?? {});
  // Only what a person changed is kept, so that the rest follows the program.
  let changed = (kept.success ? kept.data : {}) as Partial<DecideSettings>;
  const whole = (): DecideSettings => ({ ...usualSettings, ...changed });
  return {
    get: whole,
    async save(change) {
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      const next = { ...changed, ...Object.fromEntries(given) } as Partial<DecideSettings>;
      await saveSetting(db, settingName, next);
      changed = next;
      return whole();
    },
  };
}

interface Counted {
  readonly tokensIn: number;
  readonly tokensOut: number;
}
type Prices = Pick<DecideSettings, 'prices'>;

/** Of the first row that fits; null without one. */
export function costOf(
  { prices }: Prices,
  told: Counted & { model: string; version: string | null },
): number | null {
  const names = [told.version, told.model].filter((one) => one !== null);
  const row = prices.find(({ model }) => names.some((one) => fits(model, one)));
  return row ? priced(row, told) : null;
}

/** By the row that makes most of it; 0 without any. */
export const dearest = ({ prices }: Prices, used: Counted): number =>
  Math.max(0, ...prices.map((row) => priced(row, used)));

const priced = (
  { inPerMillion, outPerMillion }: DecideSettings['prices'][number],
  { tokensIn, tokensOut }: Counted,
): number => (tokensIn * inPerMillion + tokensOut * outPerMillion) / 1e6;

const fits = (pattern: string, model: string): boolean =>
  pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern;
