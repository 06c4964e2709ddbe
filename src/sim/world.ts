/** One simulated home's parts, and what they do to each other. No network here. */
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { AiTasks } from './ai-tasks.ts';
import { Auth, type SeenFrom } from './auth.ts';
import { Bans } from './bans.ts';
import { Bus } from './bus.ts';
import { batteryEntities, energyEntities } from './energy-page.ts';
import { House } from './house.ts';
import { type LivedEntity, livedEntities, livedPast } from './lived.ts';
import type { Phone } from './phones.ts';
import { hexId, seeded } from './random.ts';
import { Recorder } from './recorder.ts';
import { Registries } from './registries.ts';
import { type Context, States } from './states.ts';
import type { StatisticRow } from './statistics.ts';

export type Phase = 'NOT_RUNNING' | 'STARTING' | 'RUNNING' | 'STOPPING';

export interface WorldOptions {
  readonly seed: number;
  readonly name: string;
  readonly zone: string;
  readonly days: number;
  readonly version: string;
  /** Between an Action and the device that follows it. */
  readonly latencyMs: number;
  readonly commitMs: number;
  readonly isExcluded: (entityId: string) => boolean;
  readonly banAfter: number;
  readonly seenFrom: SeenFrom;
  readonly onboarded: boolean;
  readonly recoveryMode: boolean;
  /** After a restart things are first `unavailable` with `restored: true`, not absent: homes with slow integrations. */
  readonly restoredFirst: boolean;
  /** Integrations that are not loaded: `recorder`, `history`, `energy`, `mobile_app`. */
  readonly without: readonly string[];
  /** A home whose energy page knows more: what is fed in, devices, and prices of the day ahead. */
  readonly richEnergy: boolean;
  /** That home has a battery besides, with its size and charge on the energy page. */
  readonly homeBattery: boolean;
}

export interface Notice {
  readonly id: string;
  readonly title: string | null;
  readonly message: string;
  readonly at: number;
}

export interface CallRow {
  readonly domain: string;
  readonly action: string;
  readonly entityIds: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: number;
}

export interface World {
  readonly options: WorldOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly agent: string;
  readonly states: States;
  readonly recorder: Recorder;
  readonly registries: Registries;
  readonly auth: Auth;
  readonly bans: Bans;
  readonly bus: Bus;
  readonly house: House;
  readonly lived: ReadonlyMap<string, LivedEntity>;
  readonly notices: Map<string, Notice>;
  readonly phones: Map<string, Phone>;
  readonly webhooks: Map<string, (body: unknown) => void>;
  readonly images: Map<string, { type: string; bytes: Buffer }>;
  /** Hourly statistics computed so far, by statistic id. */
  readonly hours: Map<string, { key: string; rows: StatisticRow[] }>;
  /** Actions that were called, newest last. */
  readonly calls: CallRow[];
  /** Devices that accept an Action and do not follow. */
  readonly stuck: Set<string>;
  /** Lived entities that a test holds by hand. */
  readonly held: Set<string>;
  /** Null where no model is set up in the home. */
  ai: AiTasks | null;
  phase: Phase;
  id(): string;
  fire(type: string, data: object, context?: Context): void;
  set(entityId: string, state: string, o?: { attributes?: object; context?: Context }): void;
  /** After a while, unless the simulator is closed before. */
  later(ms: number, work: () => void): void;
  restart: () => void;
  close(): void;
}

const dayMs = 86_400_000;

export function makeWorld(o: { options: WorldOptions; clock: Clock; log: Log }): World {
  const { options, clock, log } = o;
  const random = seeded(options.seed);
  const now = clock.now();
  const house = new House({
    seed: options.seed,
    zone: options.zone,
    from: now - options.days * dayMs,
    hasBattery: options.homeBattery,
  });
  const all = [
    ...livedEntities(),
    ...(options.richEnergy ? energyEntities() : []),
    ...(options.homeBattery ? batteryEntities() : []),
  ];
  const lived = new Map(all.map((e) => [e.id, e]));
  const states = new States(clock);
  const bus = new Bus();
  const timers = new Set<() => void>();
  const recorder = new Recorder({
    clock,
    commitMs: options.commitMs,
    keepDays: 10,
    rowsMaxPerEntity: 20_000,
    isExcluded: options.isExcluded,
    past: livedPast(house, lived),
  });
  states.onChange((change) => recorder.record(change));

  const world: World = {
    options,
    clock,
    log,
    agent: `HomeAssistant/${options.version} aiohttp/3.14.5 Python/3.14`,
    states,
    recorder,
    registries: new Registries({ random, now }),
    auth: new Auth(clock, random),
    bans: new Bans(options.banAfter),
    bus,
    house,
    lived,
    notices: new Map(),
    phones: new Map(),
    webhooks: new Map(),
    images: new Map(),
    hours: new Map(),
    calls: [],
    stuck: new Set(),
    held: new Set(),
    ai: null,
    phase: 'RUNNING',
    id: () => hexId(random),
    fire: (type, data, context = states.context()) => bus.fire({ type, data, context }),
    set(entityId, state, { attributes, context } = {}) {
      states.set(entityId, state, attributes as Record<string, unknown> | undefined, context);
      const follower = followers[entityId];
      if (follower && states.get(follower)) states.set(follower, state, undefined, context);
    },
    later(ms, work) {
      const cancel = clock.after(ms, () => {
        timers.delete(cancel);
        work();
      });
      timers.add(cancel);
    },
    restart() {},
    close() {
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
  return world;
}

/** Template sensors that repeat a number set by hand. */
const followers: Record<string, string> = { 'input_number.price': 'sensor.electricity_price' };
