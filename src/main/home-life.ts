import type { Finding, HomeVoice } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Change, Reading } from '@tomte/sdk/home';
import type { FirstLook, HomeSummary } from '@tomte/sdk/types';
import type { HomeNotes } from '@tomte/sdk/types-detect';
import { openStream, type Stream } from '../anomaly/stream.ts';
import { toTomteError } from '../api/answers.ts';
import { type Door, type DoorOptions, openDoor } from '../home/act.ts';
import { type Link, openLink } from '../home/link.ts';
import { breather } from '../lib/breathe.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import type { Secret } from '../lib/secret.ts';
import { addGap, gapRow } from '../store/gaps.ts';
import type { HomeRow } from '../store/homes.ts';
import { actionJournal } from './action-journal.ts';
import { type DetectorSettings, detectorSettingsOf, plainSettings } from './detect/settings.ts';
import { recordFindings, stillOpen } from './findings.ts';
import { keepHoursFresh } from './fresh-hours.ts';
import { type Learned, learnHome, picksOf, subjectsOf } from './learn.ts';
import { stopOf, summaryOf, waitingLook } from './life-words.ts';
import type { PlaceParts } from './parts.ts';
import { keptEntities, readingsOf } from './readings.ts';
import { openReadingsWriter } from './readings-writer.ts';
import { type TriggerWatch, watchTriggers } from './watch-triggers.ts';

const tickMs = 10_000;
/** How often detector states and the position are kept when nothing was found: what a crash makes Tomte read again. */
const checkpointMs = 300_000;
const pickCheckMs = 60_000;
/** Each may turn the clock of everything that is watched. */
const sliceReadings = 4;

/** One home while it is looked after: its Link, its door, its detectors, its readings. */
export interface HomeLife {
  readonly home: string;
  readonly name: string;
  readonly zone: string;
  readonly link: Link;
  readonly door: Door;
  /** The home as channels use it. */
  readonly voice: HomeVoice;
  linkSummary(): HomeSummary['link'];
  readonly triggers: TriggerWatch;
  /** Entities a detector looks after. */
  watched(): readonly string[];
  firstLook(): FirstLook;
  /** Everything heard so far is in the store. */
  flush(): Promise<void>;
  /** State of a detector, for charts. */
  detectorState(name: string): unknown;
  /** Whole settings of the detectors, by name. */
  detectorSettings(): DetectorSettings;
  /** What a person set for them changed: from here on they judge by it. */
  refreshDetectors(): Promise<void>;
  /** Aborted when the home is looked after no more. */
  readonly ended: AbortSignal;
  close(): Promise<void>;
}

export interface HomeLifeOptions {
  readonly parts: PlaceParts;
  readonly row: HomeRow;
  readonly token: Secret;
  /** All the door asks besides the home itself. */
  readonly door: Pick<
    DoorOptions,
    'grants' | 'stopped' | 'mode' | 'tally' | 'spend' | 'ownUser' | 'onDoubt'
  >;
  /** True where a blueprint of Home Assistant hands on what is pressed on phones. */
  readonly forwardsButtons: () => boolean;
  /** What the person wants to read in alerts. */
  readonly notes: () => HomeNotes;
  /** Token of the home's lease: only its holder writes intents. */
  readonly lease: number;
}

export function openHomeLife(o: HomeLifeOptions): HomeLife {
  const { parts, row } = o;
  const { clock } = parts;
  const log = parts.log.child({ home: row.id });
  const link = openLink({
    home: row.id,
    address: row.address,
    token: o.token,
    pin: row.pinned_certificate,
    clock,
    // It names the home in each line itself.
    log: parts.log,
    random: parts.random,
    position: row.position,
  });
  const journal = actionJournal(parts, row.id, o.lease);
  const door = openDoor({ ...o.door, link, clock, log, journal, zone: row.time_zone });
  // First of all that listen to changes.
  const triggers = watchTriggers({ parts, row, link, log });
  const writer = openReadingsWriter(parts, row.id, (id) => link.mirror.info(id)?.unit ?? null);
  const stopping = new AbortController();
  let stream: Stream | null = null;
  let learned: Learned | null = null;
  let fault: TomteError | null = null;
  let picks: string[] = [];
  let kept = new Set<string>();
  let settings = plainSettings(parts.detectors);
  let dirty = false;
  const unkept: Finding[] = [];
  // A tick may find something while a batch is being kept.
  const inTurn = oneByOne();
  let position = row.position;
  const readUpTo = new Map<string, number>();

  async function begin(): Promise<void> {
    await link.ready(stopping.signal);
    // A first start has no past to repair: the Gap of a later start begins here.
    position ||= Math.max(0, ...[...link.mirror.entities()].map((s) => s.lastUpdated));
    settings = await detectorSettingsOf(parts, row.id);
    learned = await learnHome({ parts, row, link, settings, signal: stopping.signal, log });
    picks = learned.picks;
    kept = keptEntities(link.mirror.infos(), picks);
    const fresh = open(learned.states);
    // After a restart the Gap's changes are still to come: the clock must not move past them.
    if (learned.recent.length === 0) {
      stream = fresh;
      return;
    }
    for (const { id, t } of learned.recent) readUpTo.set(id, t);
    const past = await readSlowly(fresh, learned.recent, stopping.signal);
    // Not before: the clock of today would end the past.
    stream = fresh;
    await found(stillOpen([...past, ...stream.tick(clock.now())]), true);
  }

  const open = (states: Readonly<Record<string, unknown>>): Stream =>
    openStream({
      detectors: parts.detectors,
      entities: link.mirror.infos(),
      zone: row.time_zone,
      states,
      settings,
    });

  /** Never throws: what could not be kept is kept with the next attempt, and the stream is not read twice. */
  function found(findings: readonly Finding[], checkpoint: boolean): Promise<void> {
    unkept.push(...findings);
    if (unkept.length === 0 && !checkpoint) return Promise.resolve();
    return inTurn(keepFound);
  }

  async function keepFound(): Promise<void> {
    try {
      await writer.flush();
      const keeping = [...unkept];
      const states = stream?.save() ?? {};
      await recordFindings(parts, {
        ...{ home: row.id, zone: row.time_zone, notes: o.notes() },
        ...{ findings: keeping, states, position },
      });
      unkept.splice(0, keeping.length);
      dirty = false;
    } catch (error) {
      log.error({ err: error, waiting: unkept.length }, 'findings wait for the database');
    }
  }

  const hours = keepHoursFresh({
    parts,
    home: row.id,
    link,
    log,
    signal: stopping.signal,
    kept: () => kept,
  });
  const began = begin()
    .then(hours.now)
    .catch((error: unknown) => {
      if (stopping.signal.aborted) return;
      fault = toTomteError(error);
      const progress = { done: 0, of: 60, what: 'The past could not be read' };
      parts.publish({ type: 'firstLook', home: row.id, progress, state: 'failed' });
      log.error(
        { err: error },
        'the home could not be read after linking; it is watched from now on without a past',
      );
      stream ??= open({});
      picks = [...stream.watched];
      kept = keptEntities(link.mirror.infos(), picks);
    });

  async function take(batch: readonly Change[]): Promise<void> {
    await began;
    for (const change of batch) position = Math.max(position, change.at);
    // Changes that came while the past was being read stand in it already.
    const readings = readingsOf(batch, kept).filter((r) => r.t > (readUpTo.get(r.id) ?? 0));
    for (const reading of readings) writer.add(reading);
    if (readings.length === 0 || !stream) return;
    dirty = true;
    await found(stream.read(readings as Reading[]), false);
  }

  async function tick(): Promise<void> {
    // Only a live Link knows that no news means no change.
    if (!stream || link.state.kind !== 'live' || !link.caughtUp) return;
    await found(stream.tick(clock.now()), false);
  }

  async function repick(): Promise<void> {
    if (!stream || link.state.kind !== 'live') return;
    const set = await detectorSettingsOf(parts, row.id);
    const now = picksOf(parts, link.mirror.infos(), set);
    if (now.join() === picks.join() && JSON.stringify(set) === JSON.stringify(settings)) return;
    log.info({ was: picks.length, now: now.length }, 'what is watched changed');
    settings = set;
    stream = open(stream.save());
    picks = now;
    kept = keptEntities(link.mirror.infos(), picks);
  }

  const guard = (work: () => Promise<void> | void) => () => {
    Promise.resolve()
      .then(work)
      .catch((error: unknown) => log.error({ err: error }, 'watching failed once; it goes on'));
  };
  const stops = [
    hours.stop,
    // Raw: a detector must know that a sensor is unavailable, else it would go on with its last value.
    link.onChanges(take, { raw: true }),
    link.onState((state) => {
      if (state.kind === 'live') log.info({ generation: state.generation }, 'the home is live');
      parts.publish({ type: 'home', home: row.id, link: summaryOf(state) });
    }),
    link.onGap((gap) => {
      addGap(parts.store.db, gapRow(row.id, gap)).catch((error: unknown) =>
        log.error({ err: error }, 'a Gap was not recorded'),
      );
    }),
    clock.every(tickMs, guard(tick)),
    clock.every(
      checkpointMs,
      guard(() => (dirty ? found([], true) : undefined)),
    ),
    clock.every(pickCheckMs, guard(repick)),
  ];

  return {
    home: row.id,
    name: row.name,
    zone: row.time_zone,
    link,
    door,
    voice: {
      ...door,
      get hearsButtons() {
        // Home Assistant tells of buttons pressed on phones to administrators only.
        return row.user_admin || o.forwardsButtons();
      },
    },
    ended: stopping.signal,
    triggers,
    linkSummary: () => summaryOf(link.state),
    watched: () => subjectsOf(parts, link.mirror.infos(), settings),
    firstLook: () =>
      learned?.look() ?? waitingLook(row.id, clock.now(), fault ?? stopOf(link.state)),
    flush: () => writer.flush(),
    detectorState: (name) => stream?.save()[name] ?? null,
    detectorSettings: () => settings,
    async refreshDetectors() {
      await began;
      await repick();
    },
    async close() {
      stopping.abort(new TomteError('link.stopped', 'Tomte stops'));
      for (const stop of stops) stop();
      door.close();
      // Before the Link, which waits for whoever still takes changes in.
      const listened = triggers.close();
      await link.close();
      await listened;
      await began;
      if (stream) await found([], true);
      await writer.close();
    },
  };
}

/** Ten days of a large home are minutes of work: between two slices pages are answered and the Link is heard. */
async function readSlowly(
  stream: Stream,
  readings: readonly Reading[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const breathe = breather();
  for (let from = 0; from < readings.length; from += sliceReadings) {
    findings.push(...stream.read(readings.slice(from, from + sliceReadings)));
    await breathe();
    signal.throwIfAborted();
  }
  return findings;
}
