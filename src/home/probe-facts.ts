import { createHash } from 'node:crypto';
import { TomteError, type WarningCode, warningTable } from '@tomte/sdk/errors';
import type { Warning } from '@tomte/sdk/types';
import type { CallAnswer, HomeSession } from './probe-socket.ts';
import { printable } from './probe-text.ts';
import type { TokenFacts } from './token.ts';

/** What is read of a home right after its first yes. */
export interface HomeAtFirstSight {
  readonly name: string;
  readonly version: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly entities: number;
  readonly user: { readonly id: string; readonly name: string; readonly admin: boolean };
  /** Stays the same whoever's token is used and whatever the address; null when nothing serves for it. */
  readonly instance: string | null;
  readonly has: {
    readonly recorder: boolean;
    readonly history: boolean;
    readonly energy: boolean;
    readonly recovery: boolean;
  };
}

/**
 * Reads over a session that is logged in.
 *
 * @throws TomteError `link.starting` while the home is not yet running, `link.not_home_assistant` when the
 *   answers do not keep to the protocol
 */
export async function readHome(
  session: Pick<HomeSession, 'version' | 'call'>,
  signal: AbortSignal,
): Promise<HomeAtFirstSight> {
  const ask = (type: string) => session.call(type, signal);
  const user = objectOf(await ask('auth/current_user'), 'auth/current_user');
  const config = objectOf(await ask('get_config'), 'get_config');
  const state = text(config.state) ?? 'RUNNING';
  if (state !== 'RUNNING') {
    throw new TomteError(
      'link.starting',
      `Home Assistant is ${stateWords[state] ?? 'starting'}. The token is right.`,
      {
        details: { state },
      },
    );
  }
  const components = Array.isArray(config.components)
    ? new Set(config.components)
    : new Set<unknown>();
  const recorder = await ask('recorder/info');
  const energy = await ask('energy/get_prefs');
  const states = await ask('get_states');
  const entries = await ask('config_entries/get');
  return {
    name: text(config.location_name) || 'Home',
    version: text(config.version) ?? session.version,
    timeZone: zone(text(config.time_zone)),
    currency: text(config.currency) ?? 'EUR',
    entities: states.ok && Array.isArray(states.result) ? states.result.length : 0,
    user: {
      id: text(user.id) ?? '',
      name: text(user.name) ?? 'somebody',
      admin: user.is_admin === true,
    },
    instance: instanceOf(entries),
    has: {
      recorder:
        components.has('recorder') &&
        (!recorder.ok || fieldOf(recorder.result, 'recording') !== false),
      history: components.has('history'),
      energy: energy.ok && lengthOf(fieldOf(energy.result, 'energy_sources')) > 0,
      recovery: config.recovery_mode === true || config.safe_mode === true,
    },
  };
}

const stateWords: Record<string, string> = {
  NOT_RUNNING: 'starting',
  STARTING: 'starting',
  STOPPING: 'stopping',
  FINAL_WRITE: 'stopping',
  STOPPED: 'stopping',
};

/** A token that ends sooner than this is warned about, in days. */
const soonDays = 30;

/** What works now and will surprise later. Messages say what is so, hints come from the table. */
export function warningsOf(home: HomeAtFirstSight, token: TokenFacts): Warning[] {
  const found: [WarningCode, string][] = [];
  if (home.user.admin)
    found.push(['link.token_admin', 'This token belongs to an administrator. It works.']);
  else
    found.push([
      'link.token_rights_missing',
      `${home.user.name} is not an administrator. That is enough for nearly everything.`,
    ]);
  if (token.daysLeft !== null && token.daysLeft < soonDays) {
    found.push([
      'link.token_expires_soon',
      `This token ends in ${token.daysLeft} ${token.daysLeft === 1 ? 'day' : 'days'}.`,
    ]);
  }
  if (home.has.recovery)
    found.push(['link.recovery_mode', 'Home Assistant runs in recovery or safe mode.']);
  if (!home.has.recorder)
    found.push(['link.recorder_missing', 'Home Assistant does not record its past.']);
  if (!home.has.history)
    found.push(['link.history_missing', 'Home Assistant does not show its past.']);
  if (!home.has.energy)
    found.push(['link.energy_missing', 'The energy page of Home Assistant is not filled in.']);
  return found.map(([code, message]) => ({ code, message, hint: warningTable[code] }));
}

/**
 * Home Assistant tells its own id only over mDNS, which does not reach far. What every user may read and
 * nothing renames is the id of a config entry; the one of `sun` is made at the first start and is there
 * once in nearly every home. Without it the oldest entry serves. Hashed: the id itself is nobody's business.
 */
function instanceOf(entries: CallAnswer): string | null {
  if (!entries.ok || !Array.isArray(entries.result)) return null;
  const rows = entries.result.flatMap((row: unknown) => {
    const id = text(fieldOf(row, 'entry_id'));
    const created = fieldOf(row, 'created_at');
    return id === null
      ? []
      : [
          {
            id,
            sun: fieldOf(row, 'domain') === 'sun',
            created: typeof created === 'number' ? created : 0,
          },
        ];
  });
  rows.sort(
    (a, b) => Number(b.sun) - Number(a.sun) || a.created - b.created || (a.id < b.id ? -1 : 1),
  );
  const first = rows[0];
  return first ? createHash('sha256').update(`home:${first.id}`).digest('hex').slice(0, 32) : null;
}

function objectOf(answer: CallAnswer, what: string): Record<string, unknown> {
  if (
    answer.ok &&
    typeof answer.result === 'object' &&
    answer.result !== null &&
    !Array.isArray(answer.result)
  ) {
    return answer.result as Record<string, unknown>;
  }
  throw new TomteError(
    'link.not_home_assistant',
    `The home let the token in, but does not answer ${what} as Home Assistant does.`,
  );
}

const text = (value: unknown): string | null =>
  typeof value === 'string' ? printable(value) : null;

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** A zone this computer knows; every clock time on screen is made with it. */
function zone(name: string | null): string {
  if (name === null) return 'UTC';
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return 'UTC';
    throw error;
  }
}
