import type { DetectorDefinition, Finding, Watch } from '@tomte/sdk/define';
import type { EntityInfo, Reading } from '@tomte/sdk/home';
import { minuteMs } from './local-hour.ts';

/** All detectors at work on one home. Pure: the same readings give the same findings. */
export interface Stream {
  /** Entities that a detector reads, the sensors at fault and those around them. */
  readonly watched: ReadonlySet<string>;
  /** Readings in time order; each moves the clock for every detector. */
  read(readings: readonly Reading[]): Finding[];
  /** The clock moved to `t` (epoch ms) without a reading. */
  tick(t: number): Finding[];
  /** State by detector name, to go on from. Plain JSON. */
  save(): Record<string, unknown>;
}

export interface StreamOptions {
  /** By name. */
  readonly detectors: ReadonlyMap<string, DetectorDefinition>;
  readonly entities: readonly EntityInfo[];
  /** IANA zone of the home. */
  readonly zone: string;
  /** What `save` gave, or a detector's `learn`, by name. */
  readonly states: Readonly<Record<string, unknown>>;
  /** Settings by detector name, as a person may have left them out. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export function openStream(o: StreamOptions): Stream {
  const watches = new Map<string, Watch>();
  const readers = new Map<string, Watch[]>();
  for (const [name, detector] of o.detectors) {
    const settings = detector.settings.parse(o.settings?.[name] ?? {});
    const picked = detector.picks(o.entities, settings);
    if (picked.length === 0) continue;
    const state = o.states[name] ?? null;
    const watch = detector.watch({ settings, entities: o.entities, zone: o.zone, state });
    watches.set(name, watch);
    for (const id of picked) readers.set(id, [...(readers.get(id) ?? []), watch]);
  }
  const all = [...watches.values()];
  let minute = Number.NEGATIVE_INFINITY;
  const tick = (t: number): Finding[] => {
    minute = Math.floor(t / minuteMs);
    return all.flatMap((watch) => watch.tick(t));
  };

  return {
    watched: new Set(readers.keys()),
    read(readings) {
      const found: Finding[] = [];
      for (const reading of readings) {
        // Nothing is judged by less than a minute: within one, only those hear that are spoken to.
        if (reading.t >= (minute + 1) * minuteMs) found.push(...tick(reading.t));
        const hearing = readers.get(reading.id);
        if (hearing === undefined) continue;
        for (const watch of hearing) {
          const news = watch.read(reading);
          if (news.length > 0) found.push(...news);
        }
      }
      return found;
    },
    tick,
    save: () =>
      Object.fromEntries([...watches].map(([name, watch]) => [name, watch.save()] as const)),
  };
}
