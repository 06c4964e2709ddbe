import type { Tomte } from '@tomte/sdk/operations';
import type { Alert, Today } from '@tomte/sdk/types';
import { clockTime, count, moment } from '@tomte/sdk/words';
import { iso } from '../lib/clock.ts';
import { listGaps } from '../store/gaps.ts';
import { listHomes } from '../store/homes.ts';
import { listWorkflowSettings } from '../store/workflow-settings.ts';
import { watchedChart } from './charts.ts';
import type { HomeLife } from './home-life.ts';
import { summary } from './operations-homes.ts';
import type { Place, PlaceOptions } from './place.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const shownMax = 5;

type Parts = Pick<Place, 'parts' | 'lives' | 'alerts' | 'settings'>;

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
  const saved = await Promise.all(lives.map((l) => listWorkflowSettings(parts.store.db, l.home)));
  const on = saved.flat().filter((s) => s.mode !== 'off').length;
  const watching = { ...watchedCount(lives, now), workflowsOn: on };
  const lost = lives.find((l) => l.link.state.kind === 'stale' || l.link.state.kind === 'stopped');
  const from =
    since !== undefined && Number.isFinite(Date.parse(since)) ? Date.parse(since) : now - dayMs;
  const [first] = lives;
  return {
    sentence: sentenceOf({ lives, lost, open, watching, now }),
    lantern: needsYou.some((a) => a.severity === 'now') ? 'high' : open.length > 0 ? 'low' : 'none',
    asOf: lives.length === 0 ? null : iso(Math.min(...lives.map((l) => l.link.state.asOf ?? now))),
    stale: lost !== undefined,
    needsYou,
    next: nextTries(place, now),
    sinceYouLooked: await sinceYouLooked(place, alerts, Math.max(from, now - 7 * dayMs), now),
    watching,
    chart: first ? await watchedChart(parts, first) : null,
    homes: (await listHomes(parts.store.db)).map((row) => summary(place, row)),
  };
}

function watchedCount(
  lives: readonly HomeLife[],
  now: number,
): { sensors: number; reportedLastHour: number } {
  let sensors = 0;
  let reportedLastHour = 0;
  for (const life of lives) {
    for (const id of life.watched()) {
      sensors++;
      const { mirror } = life.link;
      const at = Math.max(mirror.lastReported(id) ?? 0, mirror.entity(id)?.lastUpdated ?? 0);
      if (now - at < hourMs) reportedLastHour++;
    }
  }
  return { sensors, reportedLastHour };
}

function sentenceOf(o: {
  lives: readonly HomeLife[];
  lost: HomeLife | undefined;
  open: readonly Alert[];
  watching: Today['watching'];
  now: number;
}): string {
  if (o.lives.length === 0) return 'No home is linked yet.';
  if (o.lost) {
    const since = o.lost.link.state.asOf ?? o.lost.link.state.since;
    return `I cannot see the home since ${moment(since, o.now, o.lost.zone)}. What you see is how it was.`;
  }
  const urgent = o.open.find((a) => a.severity === 'now') ?? o.open[0];
  if (urgent) return `${urgent.title}.`;
  if (o.lives.some((l) => l.link.state.kind !== 'live'))
    return 'Reading the home. This takes a few seconds.';
  if (o.watching.workflowsOn === 0) return 'Tomte is watching nothing yet.';
  const { sensors, reportedLastHour } = o.watching;
  const watched = `${count(sensors, 'sensor')} watched`;
  if (sensors === reportedLastHour) return `All quiet. ${watched}, all reported in the last hour.`;
  return `All quiet. ${watched}, ${reportedLastHour} of them reported in the last hour.`;
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
  const out: Today['sinceYouLooked'] = [];
  for (const alert of alerts) {
    if (Date.parse(alert.since) >= from)
      out.push({ at: alert.since, text: `${alert.title}.`, alert: alert.id });
    if (alert.resolvedAt && Date.parse(alert.resolvedAt) >= from) {
      out.push({
        at: alert.resolvedAt,
        text: `Over: ${alert.title.replace(/^Over: /, '')}.`,
        alert: alert.id,
      });
    }
  }
  for (const life of place.lives().values()) {
    for (const gap of await listGaps(place.parts.store.db, { home: life.home, from, to: now })) {
      const span = `${clockTime(gap.began_at, life.zone)}–${clockTime(gap.ended_at, life.zone)}`;
      out.push({
        at: iso(gap.ended_at),
        text: `Lost the link ${span}; caught up on ${count(gap.rebuilt, 'change')}.`,
        alert: null,
      });
    }
  }
  return out.toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, shownMax);
}
