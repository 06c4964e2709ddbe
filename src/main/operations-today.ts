import { aboutsOf } from '@tomte/sdk/define';
import type { Tomte } from '@tomte/sdk/operations';
import type { Alert, Today } from '@tomte/sdk/types';
import { moment } from '@tomte/sdk/words';
import { settingsFor } from '../engine/fire.ts';
import { iso } from '../lib/clock.ts';
import { type GapRow, listGaps } from '../store/gaps.ts';
import { listHomes } from '../store/homes.ts';
import { countLateReadings } from '../store/readings.ts';
import { listWorkflowSettings } from '../store/workflow-settings.ts';
import { watchedChart } from './charts.ts';
import type { HomeLife } from './home-life.ts';
import { summary } from './operations-homes.ts';
import type { Place, PlaceOptions } from './place.ts';
import { alertLine, calmSentence, gapLine } from './today-words.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const shownMax = 5;
/** Readings are in the store by then. */
const writtenAfterMs = 90_000;

type Parts = Pick<Place, 'parts' | 'lives' | 'alerts' | 'settings' | 'approvals' | 'modes'>;

export function todayOperations(
  place: Parts,
  o: Pick<PlaceOptions, 'version' | 'startedAt' | 'demoDoor' | 'passwordSet'>,
): Pick<Tomte, 'status' | 'today'> {
  return {
    status: async () => ({
      version: o.version,
      startedAt: iso(o.startedAt),
      demo: place.parts.place === 'demo',
      demoDoor: o.demoDoor(),
      homes: place.lives().size,
      passwordSet: o.passwordSet?.() ?? false,
      actionsStopped: place.settings.actionsStopped(),
      publicUrl: place.settings.get().publicUrl,
    }),
    today: async ({ since }) => composeToday(place, since),
  };
}

async function composeToday(place: Parts, since: string | undefined): Promise<Today> {
  const { parts } = place;
  const now = parts.clock.now();
  const lives = [...place.lives().values()];
  const alerts = await place.alerts.list({ limit: 100 });
  const open = alerts.filter((a) => a.state !== 'resolved');
  const needsYou = open.filter((a) => a.state === 'open');
  const awake = await awakeWorkflows(place, lives);
  const watching = { ...watchedCount(place, awake, now), workflowsOn: awake.length };
  const telling = awake.filter((w) => w.mode === 'on').length;
  const lost = lives.find((l) => l.link.state.kind === 'stale' || l.link.state.kind === 'stopped');
  const from =
    since !== undefined && Number.isFinite(Date.parse(since)) ? Date.parse(since) : now - dayMs;
  const asked = await place.approvals.list({ state: 'open', limit: 50 });
  const approvals = asked.toSorted((a, b) => a.expiresAt.localeCompare(b.expiresAt));
  const [first] = lives;
  const homes = (await listHomes(parts.store.db)).map((row) => summary(place, row));
  return {
    sentence: sentenceOf({ homes, lives, lost, open, watching, telling, now }),
    lantern: needsYou.some((a) => a.severity === 'now')
      ? 'high'
      : open.length > 0 || approvals.length > 0
        ? 'low'
        : 'none',
    asOf: lives.length === 0 ? null : iso(Math.min(...lives.map((l) => l.link.state.asOf ?? now))),
    stale: lost !== undefined,
    needsYou,
    approvals,
    modes: place.modes.list(),
    next: nextUp(place, now),
    sinceYouLooked: await sinceYouLooked(place, alerts, Math.max(from, now - 7 * dayMs), now),
    watching,
    chart: first ? await watchedChart(parts, first) : null,
    homes,
  };
}

interface Awake {
  readonly life: HomeLife;
  readonly workflow: string;
  readonly mode: 'on' | 'watch';
  readonly abouts: readonly string[];
}

/** The workflows that are on or only watch, home by home. */
async function awakeWorkflows(place: Parts, lives: readonly HomeLife[]): Promise<Awake[]> {
  const { store, workflows } = place.parts;
  const found = await Promise.all(
    lives.map(async (life) =>
      (await listWorkflowSettings(store.db, life.home)).flatMap((row) => {
        const definition = workflows.get(row.workflow);
        return row.mode === 'off' || !definition ? [] : [{ life, row, definition }];
      }),
    ),
  );
  return Promise.all(
    found.flat().map(async ({ life, row, definition }) => {
      const settings = await settingsFor(definition, row);
      const abouts = settings === null ? [] : aboutsOf(definition, settings);
      return { life, workflow: row.workflow, mode: row.mode as Awake['mode'], abouts };
    }),
  );
}

/** Sensors that an awake workflow is about; one that is switched off watches nothing. */
function watchedCount(
  place: Parts,
  awake: readonly Awake[],
  now: number,
): { sensors: number; reportedLastHour: number } {
  const { detectors } = place.parts;
  let sensors = 0;
  let reportedLastHour = 0;
  for (const life of new Set(awake.map((w) => w.life))) {
    const { mirror } = life.link;
    const abouts = new Set(awake.filter((w) => w.life === life).flatMap((w) => w.abouts));
    const infos = mirror.infos();
    const ids = [...detectors.values()]
      .filter((d) => abouts.has(d.about))
      .flatMap((d) => d.subjects(infos));
    for (const id of new Set(ids)) {
      sensors++;
      const at = Math.max(mirror.lastReported(id) ?? 0, mirror.entity(id)?.lastUpdated ?? 0);
      if (now - at < hourMs) reportedLastHour++;
    }
  }
  return { sensors, reportedLastHour };
}

function sentenceOf(o: {
  homes: Today['homes'];
  lives: readonly HomeLife[];
  lost: HomeLife | undefined;
  open: readonly Alert[];
  watching: Today['watching'];
  telling: number;
  now: number;
}): string {
  const [shut] = o.homes.filter(({ link }) => link.error?.code === 'store.secret_unreadable');
  if (o.lives.length === 0 && shut) return `I cannot see ${shut.name} until it is linked again.`;
  if (o.lives.length === 0) return 'No home is linked yet.';
  if (o.lost) {
    const since = o.lost.link.state.asOf ?? o.lost.link.state.since;
    return `I cannot see the home since ${moment(since, o.now, o.lost.zone)}. What you see is how it was.`;
  }
  const urgent = o.open.find((a) => a.severity === 'now') ?? o.open[0];
  if (urgent) return `${urgent.title}.`;
  if (o.lives.some((l) => l.link.state.kind !== 'live'))
    return 'Reading the home. This takes a few seconds.';
  const { workflowsOn: awake, ...counted } = o.watching;
  return calmSentence({ awake, telling: o.telling, ...counted });
}

/** What happens next by itself: the Link tries again, workflows are due. */
function nextUp(place: Parts, now: number): Today['next'] {
  const due = [...place.lives().values()].flatMap((life) =>
    [...life.triggers.nextDues()].map(([workflow, at]) => ({
      at: iso(at),
      what: place.parts.workflows.get(workflow)?.title ?? workflow,
      why: 'It is due then',
    })),
  );
  return [...nextTries(place, now), ...due]
    .toSorted((a, b) => (a.at ?? '').localeCompare(b.at ?? ''))
    .slice(0, shownMax);
}

function nextTries(place: Parts, now: number): Today['next'] {
  return [...place.lives().values()].flatMap((life) => {
    const at = life.link.state.nextAttemptAt;
    if (at === null || life.link.state.kind !== 'stale') return [];
    return [
      {
        at: iso(Math.max(at, now)),
        what: `Try ${life.name} again`,
        why: life.link.state.error?.message ?? 'The Link is lost',
      },
    ];
  });
}

async function sinceYouLooked(
  place: Parts,
  alerts: readonly Alert[],
  from: number,
  now: number,
): Promise<Today['sinceYouLooked']> {
  const out = alerts.map(alertLine).filter((line) => Date.parse(line.at) >= from);
  for (const life of place.lives().values()) {
    const ended = place.modes.endedLines(life.home, { from, zone: life.zone });
    out.push(...ended.map((line) => ({ ...line, alert: null })));
    for (const gap of await listGaps(place.parts.store.db, { home: life.home, from, to: now })) {
      const changes = gap.cause === 'start' ? await newlyRead(place, life, gap, now) : gap.rebuilt;
      const text = gapLine(gap, { zone: life.zone, changes });
      if (text !== null) out.push({ at: iso(gap.ended_at), text, alert: null });
    }
  }
  return out.toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, shownMax);
}

/**
 * What a start of Tomte brought that was not kept before. The Gap begins at the last checkpoint, so it
 * counts again what was told live after it; the readings know which of them came late.
 */
async function newlyRead(place: Parts, life: HomeLife, gap: GapRow, now: number): Promise<number> {
  // What was read just now still waits to be written.
  if (now - gap.ended_at < writtenAfterMs) await life.flush();
  return countLateReadings(place.parts.store.db, {
    home: life.home,
    from: gap.began_at,
    to: gap.ended_at,
  });
}
