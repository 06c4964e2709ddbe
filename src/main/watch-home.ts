import { isError } from '@tomte/sdk/errors';
import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import { causes } from '@tomte/sdk/tell-finding';
import { clockTime, duration, moment } from '@tomte/sdk/words';
import { z } from 'zod';
import type { Alerts } from '../alert/alerts.ts';
import type { Link, LinkState } from '../home/link.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import { entityName } from './entity-name.ts';

const recorderLookMs = 5 * 60_000;
/** A restart is over by then; longer is news. Sooner where something stands open. */
const holdOff = { today: '10m', now: '5m' } as const;
const namedMax = 2;
const reasonMax = 80;

export interface WatchedHome {
  readonly home: string;
  readonly name: string;
  readonly zone: string;
  readonly link: Pick<Link, 'state' | 'onState' | 'call'> & {
    readonly mirror: {
      infos(): readonly EntityInfo[];
      entity(id: string): Pick<EntityState, 'state'> | undefined;
    };
  };
}

/**
 * The two faults of a home that explain all others: it is not heard, or it records nothing. Told once
 * each, whatever hangs on it; and over when it is over, also when Tomte was restarted in between.
 */
export function watchHome(
  life: WatchedHome,
  o: {
    readonly alerts: Pick<Alerts, 'open' | 'resolve'>;
    readonly clock: Clock;
    readonly log: Log;
  },
): { close(): Promise<void> } {
  const { link, home, zone } = life;
  const { clock } = o;
  const inTurn = oneByOne();
  /** As it was told last; at the start nobody knows what an earlier life told. */
  let said: 'unknown' | 'heard' | 'lost' | 'refused' = 'unknown';
  let lostSince: number | null = null;

  async function look(state: LinkState): Promise<void> {
    const now = clock.now();
    if (state.kind === 'live') {
      if (said === 'heard') return;
      said = 'heard';
      const away = lostSince === null ? '' : `It was away for ${duration(now - lostSince)}. `;
      lostSince = null;
      const title = `Over: Home Assistant is back ${clockTime(now, zone)}`;
      const text = `${away}I catch up on what I missed.`;
      await o.alerts.resolve(home, causes.link, { title, text, at: now });
      return;
    }
    const lost = state.kind === 'stale' || (state.kind === 'connecting' && state.error !== null);
    if (state.kind === 'stopped' && isError(state.error, 'link.stopped')) return;
    const next = state.kind === 'stopped' ? 'refused' : lost ? 'lost' : said;
    if (next === said || (next !== 'lost' && next !== 'refused')) return;
    said = next;
    lostSince ??= state.asOf ?? state.since;
    await o.alerts.open({
      ...(next === 'refused' ? refusedWords(state) : lostWords(life, lostSince, now)),
      ...{ home, key: causes.link, since: lostSince, entities: [], at: now },
    });
  }

  async function lookAtRecorder(): Promise<void> {
    if (link.state.kind !== 'live') return;
    const recording = await isRecording(link);
    if (recording === null) return;
    const now = clock.now();
    if (recording) {
      const title = 'Over: Home Assistant records again';
      await o.alerts.resolve(home, causes.recorder, {
        title,
        text: 'Its past is kept from here on.',
        at: now,
      });
      return;
    }
    await o.alerts.open({
      ...{ home, key: causes.recorder, severity: 'today', since: now, entities: [] },
      title: 'Home Assistant records nothing',
      text: 'Its recorder has stopped, so what happens now cannot be looked at later, nor caught up on after a gap. Restart Home Assistant; if it stays so, its disk may be full.',
      dependsOn: [causes.link],
      holdOff: '10m',
    });
  }

  const guard = (work: () => Promise<void>) =>
    void inTurn(work).catch((error: unknown) =>
      o.log.error({ err: error, home }, 'what the home itself lacks was not told'),
    );
  const stops = [
    link.onState((state) => guard(() => look(state))),
    clock.every(recorderLookMs, () => guard(lookAtRecorder)),
  ];
  guard(() => look(link.state));
  return {
    async close() {
      for (const stop of stops) stop();
      await inTurn(async () => {});
    },
  };
}

function lostWords({ zone, link }: WatchedHome, since: number, now: number) {
  const open = standingOpen(link.mirror);
  const severity = open.length > 0 ? ('now' as const) : ('today' as const);
  const more = open.length > namedMax ? ` and ${open.length - namedMax} more` : '';
  return {
    severity,
    title: `I lost Home Assistant at ${moment(since, now, zone)}`,
    text: 'It does not answer. Until it is back I cannot see the home; I keep trying and will catch up on what I missed.',
    lines: [
      open.length > 0
        ? `Open before the loss: ${open.slice(0, namedMax).join(', ')}${more}`
        : 'Open before the loss: nothing',
    ],
    holdOff: holdOff[severity],
  };
}

const refusedWords = ({ error }: LinkState) => ({
  severity: 'today' as const,
  title: 'Home Assistant refuses my token',
  // What has no room is said on the page of the link.
  text: `${error && error.message.length <= reasonMax ? error.message : 'The token is not taken any more'}. I do not try again by myself, and until it is linked anew I see nothing. Link it again with a new token.`,
});

const openClasses = ['door', 'window', 'garage_door', 'opening'];

/** Names of doors, windows and valves that stood open when the home was last heard. */
function standingOpen(mirror: WatchedHome['link']['mirror']): string[] {
  return mirror.infos().flatMap(({ id, name, domain, deviceClass }) => {
    const state = mirror.entity(id)?.state;
    const opens =
      (domain === 'binary_sensor' && openClasses.includes(deviceClass ?? '') && state === 'on') ||
      (domain === 'valve' && state === 'open');
    return opens ? [entityName({ id, name }, id)] : [];
  });
}

const recorderInfo = z.object({
  recording: z.boolean(),
  migration_in_progress: z.boolean().optional(),
});

/** Null where the home cannot or will not say, and while its recorder changes its own tables. */
async function isRecording(link: Pick<Link, 'call'>): Promise<boolean | null> {
  try {
    const read = recorderInfo.safeParse(await link.call('recorder/info'));
    return !read.success || read.data.migration_in_progress === true ? null : read.data.recording;
  } catch (error) {
    // A home without a recorder knows no such question; one that went away is told as that.
    if (isError(error)) return null;
    throw error;
  }
}
