import type { ActionOutcome } from '@tomte/sdk/define';
import type { Action, Change } from '@tomte/sdk/home';
import type { Log } from '../lib/log.ts';

/**
 * When `entity` becomes `to`, do `action`, without a journalled Run in between. For set-like Actions
 * only (on, off, a level): the answer to a change is the same however often it is given, and one
 * lost in a crash is not made up for, because by then the moment has passed.
 */
export interface ReflexRule {
  readonly name: string;
  readonly entity: string;
  readonly to: string;
  readonly action: Action;
}

export interface Reflexes {
  /** Replaces the rule of the same name. */
  add(rule: ReflexRule): void;
  remove(name: string): void;
  close(): void;
}

/** Action names that may safely be given twice; toggles and steps are refused. */
const setLike = /^(turn_on|turn_off|set_[a-z_]+|select_option|open_cover|close_cover|stop_cover)$/;

export function openReflexes(o: {
  /** Calls back at each change, before anything slow is done with it. The answer ends it. */
  onReflex: (callback: (change: Change) => void) => () => void;
  /** The one door: guardrail before, journal after. */
  act: (
    action: Action,
    o: { askedBy: string; key: string; reflex: true },
  ) => Promise<ActionOutcome>;
  log: Log;
}): Reflexes {
  const rules = new Map<string, ReflexRule>();
  let byEntity = new Map<string, ReflexRule[]>();
  const index = () => {
    byEntity = Map.groupBy(rules.values(), (rule) => rule.entity);
  };

  const perform = async (rule: ReflexRule, change: Change) => {
    const key = `reflex:${change.home}:${rule.name}:${change.at}`;
    try {
      const outcome = await o.act(rule.action, {
        askedBy: `reflex:${rule.name}`,
        key,
        reflex: true,
      });
      if (outcome.kind === 'refused') {
        o.log.warn({ reflex: rule.name, rule: outcome.rule }, 'a reflex was refused');
      }
    } catch (error) {
      // The top of this path: nobody waits for the answer, and a reflex is not tried again later.
      o.log.error({ reflex: rule.name, error: String(error) }, 'a reflex failed');
    }
  };

  const stop = o.onReflex((change) => {
    // What happened while the Link was down is past; an unchanged state is not a becoming.
    if (change.late || change.to === null || change.from?.state === change.to.state) return;
    for (const rule of byEntity.get(change.entityId) ?? []) {
      if (rule.to === change.to.state) void perform(rule, change);
    }
  });

  return {
    add(rule) {
      if (!setLike.test(rule.action.action)) {
        throw new TypeError(`A reflex may not ${rule.action.domain}.${rule.action.action}`);
      }
      rules.set(rule.name, rule);
      index();
    },
    remove(name) {
      rules.delete(name);
      index();
    },
    close: stop,
  };
}
