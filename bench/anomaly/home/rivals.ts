/** What stands beside Tomte in the benchmark: rules people share, published product rules, and generic methods. */
import type { EntityInfo, Reading } from '@tomte/sdk/home';
import { localHours } from '../../../src/anomaly/local-hour.ts';
import { seeded } from '../../../src/sim/random.ts';
import type { Alarm, Judge, MakeJudge } from './score.ts';

const minuteMs = 60_000;
type Home = { entities: readonly EntityInfo[]; zone: string; seed: number };

/** One rule: true while its condition holds; told when it has held for `forMs`, again after two hours at the earliest. */
interface Rule {
  readonly entity: string;
  readonly forMs: number;
  holds(now: Now): boolean;
}
interface Now {
  readonly t: number;
  readonly hour: number;
  number(id: string): number | null;
  state(id: string): string | undefined;
  changedAt(id: string): number;
}

function byRules(rulesOf: (home: Home) => Rule[]): MakeJudge {
  return (home) => {
    const states = new Map<string, { v: string; at: number }>();
    const local = localHours(home.zone);
    const since = new Map<Rule, number>();
    const toldAt = new Map<Rule, number>();
    const told = new Set<Rule>();
    const rules = rulesOf(home);
    let minute = 0;
    const judge = (t: number): Alarm[] => {
      const number = (id: string) => {
        const v = states.get(id)?.v;
        return v === undefined || !Number.isFinite(Number(v)) ? null : Number(v);
      };
      const now: Now = {
        t,
        hour: local(t).hour,
        number,
        state: (id) => states.get(id)?.v,
        changedAt: (id) => states.get(id)?.at ?? t,
      };
      return rules.flatMap((rule): Alarm[] => {
        if (!rule.holds(now)) {
          since.delete(rule);
          told.delete(rule);
          return [];
        }
        if (!since.has(rule)) since.set(rule, t);
        if (told.has(rule) || t - since.get(rule)! < rule.forMs) return [];
        told.add(rule);
        if (t - (toldAt.get(rule) ?? 0) < 120 * minuteMs) return [];
        toldAt.set(rule, t);
        return [{ at: t, entities: [rule.entity], what: `rule: ${rule.entity}` }];
      });
    };
    return {
      read({ t, id, v }: Reading) {
        const now = Math.floor(t / minuteMs);
        const alarms = now > minute ? judge(t) : [];
        minute = now;
        states.set(id, { v: String(v), at: t });
        return alarms;
      },
    };
  };
}

/** As shared in the forum: flow for two hours, water at night, freezer above −12, motion while away, … */
const homeAssistantRules = byRules(({ entities }) => {
  const persons = entities.filter((e) => e.domain === 'person').map((e) => e.id);
  const away = (now: Now) => persons.every((id) => now.state(id) === 'not_home');
  const over = (entity: string, limit: number, minutes: number): Rule => ({
    entity,
    forMs: minutes * minuteMs,
    holds: (now) => (now.number(entity) ?? 0) > limit,
  });
  const rules: Rule[] = [
    over('sensor.flow', 0, 120),
    over('sensor.flow', 15, 5),
    {
      entity: 'sensor.flow',
      forMs: 0,
      holds: (now) => now.hour >= 2 && now.hour < 5 && (now.number('sensor.flow') ?? 0) > 0,
    },
    {
      entity: 'sensor.freezer',
      forMs: 30 * minuteMs,
      holds: (now) => (now.number('sensor.freezer') ?? -20) > -12,
    },
    over('sensor.fridge', 8, 30),
    over('sensor.iron_power', 100, 60),
    {
      entity: 'binary_sensor.front_door',
      forMs: 10 * minuteMs,
      holds: (now) => now.state('binary_sensor.front_door') === 'on',
    },
  ];
  for (const e of entities) {
    if (e.deviceClass === 'battery')
      rules.push({ entity: e.id, forMs: 0, holds: (now) => (now.number(e.id) ?? 100) < 15 });
    if (e.deviceClass === 'motion')
      rules.push({ entity: e.id, forMs: 0, holds: (now) => now.state(e.id) === 'on' && away(now) });
    if (e.domain === 'sensor')
      rules.push({
        entity: e.id,
        forMs: 60 * minuteMs,
        holds: (now) => now.state(e.id) === 'unavailable',
      });
  }
  return rules;
});

/** Phyn's published defaults: low flow 20 min and 22.7 l; high flow 3 min or 50 gallons. */
function phyn(): Judge {
  let flow = 0;
  let at = 0;
  let run = { since: 0, litres: 0, highMs: 0, told: false };
  return {
    read({ t, id, v }) {
      const ms = at === 0 ? 0 : t - at;
      at = t;
      const alarms: Alarm[] = [];
      if (flow > 0) {
        run.litres += (flow * ms) / minuteMs;
        run.highMs = flow > 15 ? run.highMs + ms : 0;
        const low = t - run.since >= 20 * minuteMs && run.litres >= 22.7;
        if (!run.told && (low || run.highMs >= 3 * minuteMs || run.litres >= 189)) {
          run.told = true;
          alarms.push({ at: t, entities: ['sensor.flow'], what: 'phyn' });
        }
      }
      if (id === 'sensor.flow') {
        const value = Number(v);
        if (Number.isFinite(value)) {
          if (flow === 0 && value > 0) run = { since: t, litres: 0, highMs: 0, told: false };
          flow = value;
        }
      }
      return alarms;
    },
  };
}

/** Flume's published default: two hours without returning to zero. */
function flume(): Judge {
  let since: number | null = null;
  let told = false;
  return {
    read({ t, id, v }) {
      if (id === 'sensor.flow' && Number.isFinite(Number(v))) {
        if (Number(v) > 0) since ??= t;
        else {
          since = null;
          told = false;
        }
      }
      if (since === null || told || t - since < 120 * minuteMs) return [];
      told = true;
      return [{ at: t, entities: ['sensor.flow'], what: 'flume' }];
    },
  };
}

/** An exponentially weighted z-score on every raw number, one alarm until it is quiet for two hours. */
function ewma(limit: number): Judge {
  const known = new Map<string, { mean: number; square: number; n: number; quietAt: number }>();
  const a = 0.001;
  return {
    read({ t, id, v }) {
      const x = v === 'on' ? 1 : v === 'off' ? 0 : Number(v);
      if (!Number.isFinite(x)) return [];
      let one = known.get(id);
      if (!one) {
        one = { mean: x, square: 0, n: 0, quietAt: 0 };
        known.set(id, one);
      }
      const z = Math.abs(x - one.mean) / Math.sqrt(one.square + 1e-6);
      one.mean += a * (x - one.mean);
      one.square += a * ((x - one.mean) ** 2 - one.square);
      one.n += 1;
      if (one.n < 500 || z < limit) return [];
      const fresh = t > one.quietAt;
      one.quietAt = t + 120 * minuteMs;
      return fresh ? [{ at: t, entities: [id], what: `z: ${id}` }] : [];
    },
  };
}

/** Alarms at random, on a random sensor. */
const randomAlarms =
  (perMonth: number): MakeJudge =>
  ({ entities, seed }) => {
    const random = seeded(seed + 1);
    const wait = () => -Math.log(1 - random()) * ((30 * 1440 * minuteMs) / perMonth);
    let next = 0;
    return {
      read({ t }) {
        if (next === 0) next = t + wait();
        if (t < next) return [];
        next = t + wait();
        const one = entities[Math.floor(random() * entities.length)]!;
        return [{ at: t, entities: [one.id], what: 'random' }];
      },
    };
  };

export const rivals: Record<string, MakeJudge> = {
  'Home Assistant users’ rules': homeAssistantRules,
  'Phyn’s published rules': phyn,
  'Flume’s published rules': flume,
  'z-score on raw sensors, z > 10': () => ewma(10),
  'random alarms, 1 a month': randomAlarms(1),
};
