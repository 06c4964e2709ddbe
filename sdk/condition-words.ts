/** Conditions as people read them: what was so, and what had to be. Pure. */
import { judge, type World } from './condition.ts';
import { type Condition, ms, type StateCondition, type Weekday } from './trigger.ts';
import { clockTime, duration } from './words.ts';

export interface ConditionSeen {
  readonly met: boolean;
  /** `Price was 34 ct, must be below 30`. */
  readonly text: string;
  /** The entity it is about, where it is about one. */
  readonly entity: string | null;
  /** What it was, and what it had to be, in words. */
  readonly was: string;
  readonly needed: string;
}

/** Each of the conditions with what it met; those that failed first. */
export function conditionsSeen(conditions: readonly Condition[], world: World): ConditionSeen[] {
  return conditions
    .map((condition) => seen(condition, world))
    .sort((a, b) => Number(a.met) - Number(b.met));
}

function seen(condition: Condition, world: World): ConditionSeen {
  const { met } = judge(condition, world);
  if ('all' in condition) return several(condition.all, world, { met, between: ' and ' });
  if ('any' in condition) return several(condition.any, world, { met, between: ' or ' });
  if ('not' in condition) {
    const inner = seen(condition.not, world);
    return {
      ...inner,
      met,
      needed: `not ${inner.needed}`,
      text: `${inner.was}, must not be so: ${inner.needed}`,
    };
  }
  if ('time' in condition) {
    const was = `It was ${clockTime(world.now, world.zone)}`;
    const needed = windowWords(condition.time);
    return { met, entity: null, was, needed, text: `${was}, must be ${needed}` };
  }
  const was = stateWords(condition, world);
  const needed = needWords(condition);
  return { met, entity: condition.entity, was, needed, text: `${was}, must be ${needed}` };
}

function several(
  parts: readonly Condition[],
  world: World,
  o: { met: boolean; between: string },
): ConditionSeen {
  const all = parts.map((part) => seen(part, world));
  const shown = o.met ? all : all.filter((part) => !part.met);
  const joined = (word: (part: ConditionSeen) => string) => shown.map(word).join(o.between);
  return {
    met: o.met,
    entity: shown[0]?.entity ?? null,
    was: joined(({ was }) => was),
    needed: joined(({ needed }) => needed),
    text: joined(({ text }) => text),
  };
}

function stateWords({ entity, attribute }: StateCondition, world: World): string {
  const state = world.state(entity);
  if (state === null) return `${entity} was not there`;
  const name =
    typeof state.attributes.friendly_name === 'string' ? state.attributes.friendly_name : entity;
  const value = attribute === undefined ? state.state : state.attributes[attribute];
  const unit = attribute === undefined ? state.attributes.unit_of_measurement : undefined;
  const what = attribute === undefined ? name : `${name}, ${attribute}`;
  return `${what} was ${value ?? 'not known'}${typeof unit === 'string' ? ` ${unit}` : ''}`;
}

function needWords(one: StateCondition): string {
  const words: string[] = [];
  if (one.is !== undefined) words.push(listed(one.is));
  if (one.isNot !== undefined) words.push(`not ${listed(one.isNot)}`);
  if (one.above !== undefined) words.push(`above ${one.above}`);
  if (one.below !== undefined) words.push(`below ${one.below}`);
  const text = words.join(' and ') || 'known';
  return one.for === undefined ? text : `${text} for ${duration(ms(one.for))}`;
}

const listed = (words: string | readonly string[]): string =>
  typeof words === 'string' ? words : words.join(' or ');

const dayNames: Record<Weekday, string> = {
  ...{ 1: 'Monday', 2: 'Tuesday', 3: 'Wednesday', 4: 'Thursday' },
  ...{ 5: 'Friday', 6: 'Saturday', 7: 'Sunday' },
};

function windowWords(window: Extract<Condition, { time: unknown }>['time']): string {
  const words: string[] = [];
  if (window.after !== undefined) words.push(`after ${window.after}`);
  if (window.before !== undefined) words.push(`before ${window.before}`);
  if (window.weekdays) words.push(`on ${window.weekdays.map((day) => dayNames[day]).join(', ')}`);
  return words.join(', ') || 'any time';
}
