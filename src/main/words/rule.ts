/** A rule of “Tell me when” from a wish and the entity it means. Pure. */
import type { EntityInfo } from '@tomte/sdk/home';
import { readTellRule, type TellRule, tellRuleText } from '@tomte/sdk/tell-rule';
import type { Wish } from './wish.ts';

/** A machine on standby draws less, one at work more: watts. */
const machine = { idleWatts: 5, atWorkWatts: 50, minutes: 5 };
/** What is left open or on is so on purpose at first. */
const leftMinutes = 10;

/** Null where the wish names nothing that a rule could say. */
export function ruleOf(wish: Wish, info: EntityInfo): TellRule | null {
  const { who, minutes } = wish;
  const common = {
    entity: info.id,
    ...(minutes === null ? {} : { minutes }),
    ...(who === null ? {} : { who }),
  };
  const limit = wish.above ?? wish.below;
  if (limit) {
    const value = inUnit(limit.value, limit.unit, info.unit);
    return wish.above ? { ...common, above: value } : { ...common, below: value };
  }
  if (wish.done) return doneRule(common, info);
  if (wish.state === null) return null;
  const left = /\b(?:left|still|stays?|forgot)/i.test(wish.text);
  const held = minutes === null && left && who === null ? { minutes: leftMinutes } : {};
  return { ...common, ...held, is: stateOf(wish.state, info) };
}

function doneRule(
  common: { entity: string; minutes?: number; who?: TellRule['who'] },
  info: EntityInfo,
): TellRule {
  if (info.deviceClass === 'power') {
    const perWatt = info.unit === 'kW' ? 0.001 : 1;
    return {
      ...{ minutes: machine.minutes, ...common },
      ...{ below: machine.idleWatts * perWatt, after: machine.atWorkWatts * perWatt },
    } as TellRule;
  }
  return { ...common, is: info.deviceClass === 'running' ? 'off' : 'finished' } as TellRule;
}

/** `2 kW` at a sensor in watts is 2000. */
function inUnit(value: number, said: string | null, unit: string | null): number {
  if (said?.startsWith('kw') && unit === 'W') return value * 1000;
  if (said?.startsWith('w') && unit === 'kW') return value / 1000;
  return value;
}

function stateOf(state: NonNullable<Wish['state']>, { domain }: EntityInfo): string {
  const own = domain === 'cover' || domain === 'lock';
  switch (state) {
    case 'open':
    case 'closed':
      return own ? state : state === 'open' ? 'on' : 'off';
    case 'locked':
    case 'unlocked':
      return state;
    case 'wet':
    case 'moving':
      return 'on';
    case 'on':
    case 'off':
      return domain === 'media_player' && state === 'on' ? 'playing' : state;
  }
}

/** The lines with this rule among them: in place of one about the same, else at the end. */
export function withRule(lines: readonly string[], rule: TellRule): string[] {
  const text = tellRuleText(rule);
  const isSame = (line: string) => {
    const one = readTellRule(line);
    if (one === null || one.entity !== rule.entity) return false;
    if (rule.is !== undefined) return one.is === rule.is;
    return rule.above === undefined ? one.below !== undefined : one.above !== undefined;
  };
  const at = lines.findIndex(isSame);
  return at < 0 ? [...lines, text] : lines.with(at, text);
}
