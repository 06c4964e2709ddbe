import type { Finding, Watch } from '@tomte/sdk/define';
import type { Reading, Severity } from '@tomte/sdk/home';
import { type Around, type AroundSensors, hearAround, nothingAround } from './around.ts';
import { type Episode, follow, isFrozen, openEpisode, type Suspicion } from './episode.ts';
import type { Worded } from './fit.ts';
import { minuteMs } from './local-hour.ts';
import { keepOnly } from './people.ts';

/** What is known of one sensor: plain JSON. */
export interface Part {
  readonly id: string;
}

/** The sensors of one detector, each judged on its own. Functions change the part they are handed. */
export interface PartRules<P extends Part> {
  readonly detector: string;
  /** The clock moves to `to`; what the sensor said last holds until then. `frozen`: nothing is learned. */
  pass(part: P, to: number, frozen: boolean): void;
  /** The sensor said something, at the part's clock. */
  hear(part: P, reading: Reading): void;
  suspect(part: P, at: number, around: Around, frozen: boolean): Suspicion | null;
  isOver(part: P, o: { episode: Episode; at: number; suspicion: Suspicion | null }): boolean;
  /** An episode begins: what led to it is no habit. */
  begin?(part: P): void;
  /** An episode ends. */
  end?(part: P, at: number): void;
  tell(part: P, o: Telling): Worded & { probability: number };
  /** The sensors at fault first, where a part is no sensor or more than one. */
  entities?(part: P, episode: Episode): string[];
}
export interface Telling {
  readonly kind: Finding['kind'];
  readonly episode: Episode;
  readonly at: number;
  readonly around: Around;
}

/** State of a detector that watches sensor by sensor. Plain JSON. */
export interface PartsState<P extends Part> {
  readonly version: 1;
  readonly parts: P[];
  readonly episodes: Record<string, Episode>;
  readonly around: Around;
  /** The minute the clock was last looked at: durations are judged once a minute. */
  minute: number;
}

export const partsState = <P extends Part>(parts: P[]): PartsState<P> => ({
  version: 1,
  parts,
  episodes: {},
  around: nothingAround(),
  minute: 0,
});

/** The saved state for these sensors; sensors that are new begin afresh, others are forgotten. */
export function readParts<P extends Part>(
  saved: unknown,
  ids: readonly string[],
  fresh: (id: string) => P,
): PartsState<P> {
  const kept = isParts<P>(saved) ? structuredClone(saved) : null;
  const known = new Map(kept?.parts.map((part) => [part.id, part]) ?? []);
  const parts = ids.map((id) => known.get(id) ?? fresh(id));
  const episodes = Object.fromEntries(
    Object.entries(kept?.episodes ?? {}).filter(([id]) => ids.includes(id)),
  );
  return { ...partsState(parts), ...kept, parts, episodes };
}

/** One sensor's part of a saved state. */
export const partOf = <P extends Part>(saved: unknown, id: string | undefined): P | null =>
  isParts<P>(saved) ? (saved.parts.find((part) => part.id === id) ?? null) : null;

const isParts = <P extends Part>(saved: unknown): saved is PartsState<P> =>
  typeof saved === 'object' &&
  saved !== null &&
  (saved as { version?: unknown }).version === 1 &&
  Array.isArray((saved as { parts?: unknown }).parts);

/** A part with the finding that is open of it. */
interface Slot<P extends Part> {
  readonly part: P;
  episode: Episode | null;
}
const none: Finding[] = [];

/** Watches each sensor on its own: reading by reading, and all of them once a minute. */
export function watchParts<P extends Part>(o: {
  /** Made for the parts of this home, which live as long as the watch. */
  rules: (parts: readonly P[]) => PartRules<P>;
  ids: readonly string[];
  fresh: (id: string) => P;
  /** Entities that one part hears besides the one of its own name: entity to part. */
  feeds?: ReadonlyMap<string, string>;
  around: AroundSensors;
  /** How often all are looked at without a word of theirs, minutes; each minute when left out. */
  everyMinutes?: number;
  state: unknown;
}): Watch {
  const state = readParts(o.state, o.ids, o.fresh);
  const rules = o.rules(state.parts);
  const { around } = state;
  const every = o.everyMinutes ?? 1;
  keepOnly(around.people.motion, o.around.motion);
  keepOnly(around.people.who, o.around.who);
  const slots = state.parts.map(
    (part): Slot<P> => ({ part, episode: state.episodes[part.id] ?? null }),
  );
  const byId = new Map(slots.map((slot) => [slot.part.id, slot]));
  for (const [entity, id] of o.feeds ?? []) byId.set(entity, byId.get(id)!);

  /** Null when there is nothing new, as nearly always. */
  const judge = (slot: Slot<P>, at: number): Finding | null => {
    const { part, episode } = slot;
    const suspicion = rules.suspect(part, at, around, isFrozen(episode, at));
    if (episode === null) {
      if (suspicion === null) return null;
      rules.begin?.(part);
      slot.episode = openEpisode(rules.detector, part.id, { suspicion, at });
      return finding('raised', slot.episode, part, at);
    }
    if (rules.isOver(part, { episode, at, suspicion })) {
      const over = finding('cleared', episode, part, at);
      slot.episode = null;
      rules.end?.(part, at);
      return over;
    }
    const what = follow(episode, suspicion, at);
    if (what === null) return null;
    const told = finding('updated', episode, part, at);
    return what === 'worse' ? { ...told, worse: true } : told;
  };
  const finding = (kind: Finding['kind'], episode: Episode, part: P, at: number): Finding => {
    const { probability, ...worded } = rules.tell(part, { kind, episode, at, around });
    const { id, since, rule, size } = episode;
    const severity: Severity = episode.severity;
    const entities = rules.entities?.(part, episode) ?? [part.id];
    const { detector } = rules;
    return {
      ...{ kind, episode: id, detector, rule, size, entities, at, since, severity, probability },
      ...worded,
    };
  };
  const tick = (t: number): Finding[] => {
    const minute = Math.floor(t / minuteMs);
    if (Math.floor(minute / every) <= Math.floor(state.minute / every)) return none;
    state.minute = minute;
    let found = none;
    for (const slot of slots) {
      rules.pass(slot.part, t, isFrozen(slot.episode, t));
      const news = judge(slot, t);
      if (news !== null) found = [...found, news];
    }
    return found;
  };

  return {
    read(reading) {
      const found = tick(reading.t);
      const slot = byId.get(reading.id);
      if (slot === undefined || o.feeds) {
        hearAround(around, reading, o.around);
        if (slot === undefined) return found;
      }
      rules.pass(slot.part, reading.t, isFrozen(slot.episode, reading.t));
      rules.hear(slot.part, reading);
      const news = judge(slot, reading.t);
      return news === null ? found : [...found, news];
    },
    tick,
    save() {
      const open = slots.flatMap(({ part, episode }) =>
        episode ? [[part.id, episode] as const] : [],
      );
      return structuredClone({ ...state, episodes: Object.fromEntries(open) });
    },
  };
}
