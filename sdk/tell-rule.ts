/** Rules of “Tell me when”: one line each, as a person reads and types it. Pure. */
import type { StateCondition, StateSpec } from './trigger.ts';

export interface TellRule {
  readonly entity: string;
  /** Exactly one of these three. */
  readonly is?: string;
  readonly above?: number;
  readonly below?: number;
  /** Minutes that it must stay so. */
  readonly minutes?: number;
  /** It must have been above this within the hours before: a machine that ran. */
  readonly after?: number;
  readonly who?: 'nobody' | 'somebody';
}

const number = String.raw`-?\d+(?:\.\d+)?`;
/** `sensor.washer_power below 5 for 5 min after above 100 while nobody is home`. */
export const tellRulePattern = new RegExp(
  String.raw`^([a-z0-9_]+\.[a-z0-9_]+) (?:is ([^\s,]{1,60})|(above|below) (${number}))(?: for (\d{1,4}) min)?(?: after above (${number}))?(?: while (nobody|somebody) is home)?$`,
);

/** Null for what is no rule. */
export function readTellRule(text: string): TellRule | null {
  const found = tellRulePattern.exec(text.trim());
  if (!found) return null;
  const [, entity, is, way, limit, minutes, after, who] = found;
  return {
    entity: entity!,
    ...(is === undefined ? {} : { is }),
    ...(way === 'above' ? { above: Number(limit) } : {}),
    ...(way === 'below' ? { below: Number(limit) } : {}),
    ...(minutes === undefined ? {} : { minutes: Number(minutes) }),
    ...(after === undefined ? {} : { after: Number(after) }),
    ...(who === undefined ? {} : { who: who as 'nobody' | 'somebody' }),
  };
}

export function tellRuleText(rule: TellRule): string {
  const { entity, is, above, below, minutes, after, who } = rule;
  return [
    entity,
    is === undefined ? (above === undefined ? `below ${below}` : `above ${above}`) : `is ${is}`,
    ...(minutes === undefined ? [] : [`for ${minutes} min`]),
    ...(after === undefined ? [] : [`after above ${after}`]),
    ...(who === undefined ? [] : [`while ${who} is home`]),
  ].join(' ');
}

/** What starts a look at it. */
export const tellTrigger = ({ entity, is, above, below, minutes }: TellRule): StateSpec => ({
  entity,
  ...(is === undefined ? {} : { to: is }),
  ...(above === undefined ? {} : { above }),
  ...(below === undefined ? {} : { below }),
  ...(minutes === undefined ? {} : { for: `${minutes}m` as const }),
});

/** What is so while there is something to tell. */
export const tellCondition = (
  { entity, is, above, below }: TellRule,
  minutes?: number,
): StateCondition => ({
  entity,
  ...(is === undefined ? {} : { is }),
  ...(above === undefined ? {} : { above }),
  ...(below === undefined ? {} : { below }),
  ...(minutes === undefined ? {} : { for: `${minutes}m` as const }),
});

const onWords: Readonly<Record<string, readonly [on: string, off: string]>> = {
  ...{ door: ['open', 'closed'], window: ['open', 'closed'], garage_door: ['open', 'closed'] },
  ...{ opening: ['open', 'closed'], motion: ['moving', 'still'], occupancy: ['occupied', 'free'] },
  ...{ presence: ['occupied', 'free'], moisture: ['wet', 'dry'], smoke: ['in smoke', 'clear'] },
  ...{ lock: ['unlocked', 'locked'], battery: ['low', 'well'], plug: ['plugged in', 'unplugged'] },
};

/** `Back door is open`, `Washing machine is done`; the name is the caller's. */
export function tellRuleWords(
  rule: TellRule,
  { name, deviceClass, unit }: { name: string; deviceClass: string | null; unit: string | null },
): string {
  const { is, above, below, after } = rule;
  if (after !== undefined) return `${name} is done`;
  const said = `${above ?? below} ${unit ?? ''}`.trim();
  if (above !== undefined) return `${name} is above ${said}`;
  if (below !== undefined) return `${name} is below ${said}`;
  const [on, off] = onWords[deviceClass ?? ''] ?? ['on', 'off'];
  const word = is === 'on' ? on : is === 'off' ? off : String(is).replaceAll('_', ' ');
  return `${name} is ${word}`;
}
