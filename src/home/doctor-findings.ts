import type { DoctorFinding } from '@tomte/sdk/types';
import type { HomeAtFirstSight } from './probe-facts.ts';
import { printable } from './probe-text.ts';
import type { Certificate } from './tls.ts';
import type { TokenFacts } from './token.ts';

/** What the home said about itself; `unknown` fields are Home Assistant's answers as they came, null for none. */
export interface Examined {
  readonly home: HomeAtFirstSight;
  readonly origin: string;
  readonly token: TokenFacts;
  readonly clockSkewMs: number | null;
  readonly certificate: Certificate | null;
  readonly pinned: boolean;
  /** Epoch ms. */
  readonly now: number;
  readonly recorder: unknown;
  readonly energy: unknown;
  readonly repairs: unknown;
  readonly entries: unknown;
  readonly http: unknown;
}

/** A list longer than this is cut: the doctor names the first, the home has the rest. */
const rowsMax = 20;

type Level = DoctorFinding['level'];
const finding = (
  id: string,
  level: Level,
  title: string,
  detail: string,
  fix: string | null = null,
): DoctorFinding => ({
  id,
  level,
  title,
  detail,
  fix,
});

/** Every finding with its fix, the worst first. Pure. */
export function findingsOf(examined: Examined): DoctorFinding[] {
  const found = [
    tokenEnd(examined),
    ...certificate(examined),
    clockDifference(examined),
    modes(examined),
    ...recorder(examined),
    ...energy(examined),
    ...integrations(examined),
    ...repairs(examined),
    ...proxy(examined),
  ];
  const order: Record<Level, number> = { bad: 0, warn: 1, note: 2, ok: 3 };
  return found.sort((a, b) => order[a.level] - order[b.level]);
}

function tokenEnd({ token }: Examined): DoctorFinding {
  const { daysLeft, expiresAt } = token;
  if (daysLeft === null || expiresAt === null)
    return finding('token', 'note', 'Token', 'It does not say when it ends.');
  const detail = `Valid until ${expiresAt.slice(0, 10)}, ${daysLeft} days.`;
  if (daysLeft >= 30) return finding('token', 'ok', 'Token', detail);
  const fix =
    'Make a new token in your Home Assistant profile, under Security, and link the home again with it.';
  return finding('token', daysLeft < 7 ? 'bad' : 'warn', 'The token ends soon', detail, fix);
}

function certificate({ certificate: shown, pinned, now, origin }: Examined): DoctorFinding[] {
  if (shown === null) {
    return [
      finding(
        'encryption',
        'note',
        'Encryption',
        `${origin} is not encrypted; that is usual within one’s own network.`,
      ),
    ];
  }
  const daysLeft = Math.floor((Date.parse(shown.validTo) - now) / 86_400_000);
  const detail = `${pinned ? 'Pinned certificate' : `Certificate by ${shown.issuer}`}, until ${shown.validTo}.`;
  if (!(daysLeft < 10)) return [finding('encryption', 'ok', 'Encryption', detail)];
  return [
    finding(
      'encryption',
      'warn',
      'The certificate ends soon',
      detail,
      'See that it is renewed; most are renewed 30 days before their end.',
    ),
  ];
}

function clockDifference({ clockSkewMs }: Examined): DoctorFinding {
  if (clockSkewMs === null)
    return finding('clock', 'note', 'Clock', 'The home does not tell its time.');
  const seconds = Math.round(clockSkewMs / 1000);
  // The header has whole seconds and travels; two of them mean nothing.
  if (Math.abs(seconds) <= 2)
    return finding('clock', 'ok', 'Clock', 'Both computers have the same time.');
  const detail = `The home’s clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} this computer’s.`;
  const fix =
    'Switch on network time (NTP) on both computers. More than 10 s can make a new token invalid.';
  return finding(
    'clock',
    Math.abs(seconds) > 10 ? 'bad' : 'warn',
    'The clocks differ',
    detail,
    fix,
  );
}

function modes({ home }: Examined): DoctorFinding {
  if (!home.has.recovery)
    return finding('mode', 'ok', 'Home Assistant', `Version ${home.version}, running.`);
  return finding(
    'mode',
    'bad',
    'Home Assistant runs in recovery or safe mode',
    'Most entities are missing until it starts as usual.',
    'Open Settings, System, Logs in Home Assistant, mend what is named there, and restart it.',
  );
}

function recorder({ recorder: info, home }: Examined): DoctorFinding[] {
  const out: DoctorFinding[] = [];
  const row = objectOf(info);
  if (!home.has.recorder) {
    const detail = row ? 'The recorder is loaded and stands still.' : 'The recorder is not loaded.';
    out.push(
      finding(
        'recorder',
        'bad',
        'The past is not recorded',
        detail,
        'Add recorder: to Home Assistant’s configuration, or look for the recorder in its log.',
      ),
    );
  } else if (row?.migration_in_progress === true) {
    out.push(
      finding(
        'recorder',
        'warn',
        'The recorder rebuilds its database',
        'Until it is done nothing can be read of the past.',
        'Wait; with a large database it takes hours.',
      ),
    );
  } else if (Number(row?.backlog) > 10_000) {
    out.push(
      finding(
        'recorder',
        'warn',
        'The recorder is behind',
        `${Number(row?.backlog)} changes wait to be written.`,
        'Look at the disk: a full or worn memory card is the usual cause.',
      ),
    );
  } else {
    out.push(finding('recorder', 'ok', 'Recorder', 'It records.'));
  }
  if (!home.has.history) {
    out.push(
      finding(
        'history',
        'warn',
        'The past cannot be read',
        'The history integration is not loaded.',
        'Add history: to Home Assistant’s configuration.',
      ),
    );
  }
  return out;
}

function energy({ energy: validated, home }: Examined): DoctorFinding[] {
  if (!home.has.energy) {
    return [
      finding(
        'energy',
        'note',
        'The energy page is empty',
        'Tomte does not know meters, sun and battery.',
        'Fill Home Assistant’s energy page (two minutes).',
      ),
    ];
  }
  const issues = Object.values(objectOf(validated) ?? {})
    .flatMap(listOf)
    .flatMap(listOf)
    .map(objectOf)
    .filter((issue) => issue !== null);
  if (issues.length === 0)
    return [finding('energy', 'ok', 'Energy page', 'Home Assistant finds nothing wrong with it.')];
  return issues.slice(0, rowsMax).map((issue, at) => {
    const entities = listOf(issue.affected_entities)
      .map((pair) => words(listOf(pair)[0]))
      .filter(Boolean);
    const detail = `${words(issue.type).replaceAll('_', ' ')}${entities.length > 0 ? `: ${entities.slice(0, 5).join(', ')}` : ''}`;
    return finding(
      `energy.${at + 1}`,
      'warn',
      'Home Assistant finds a fault in the energy page',
      detail,
      'Open Settings, Dashboards, Energy and correct the row.',
    );
  });
}

const brokenStates: Record<string, [Level, string]> = {
  setup_error: ['bad', 'could not be set up'],
  migration_error: ['bad', 'could not be brought to this version'],
  setup_retry: ['warn', 'is tried again and again'],
  failed_unload: ['warn', 'could not be unloaded'],
};

function integrations({ entries }: Examined): DoctorFinding[] {
  const rows = listOf(entries)
    .map(objectOf)
    .filter((row) => row !== null);
  const out = rows.flatMap((row) => {
    const broken = row.disabled_by ? undefined : brokenStates[words(row.state)];
    if (!broken) return [];
    const name = words(row.title) || words(row.domain);
    const why = words(row.reason) || words(row.error_reason_translation_key).replaceAll('_', ' ');
    return [
      finding(
        `integration.${words(row.entry_id)}`,
        broken[0],
        `${name} ${broken[1]}`,
        why || `Home Assistant gives no reason (${words(row.domain)}).`,
        `Open Settings, Devices & services, ${name} in Home Assistant.`,
      ),
    ];
  });
  if (out.length > 0) return out.slice(0, rowsMax);
  return rows.length > 0
    ? [finding('integrations', 'ok', 'Integrations', `${rows.length}, none of them broken.`)]
    : [];
}

function repairs({ repairs: listed }: Examined): DoctorFinding[] {
  return listOf(objectOf(listed)?.issues)
    .map(objectOf)
    .filter((issue) => issue !== null && issue.ignored !== true)
    .slice(0, rowsMax)
    .map((issue) => {
      const severe = issue!.severity === 'error' || issue!.severity === 'critical';
      const what = words(issue!.translation_key || issue!.issue_id).replaceAll('_', ' ');
      const until = words(issue!.breaks_in_ha_version);
      return finding(
        `repair.${words(issue!.domain)}.${words(issue!.issue_id)}`,
        severe ? 'warn' : 'note',
        `Home Assistant asks for a repair: ${words(issue!.domain)}`,
        `${what}${until ? `; works until ${until}` : ''}`,
        'Open Settings, System, Repairs in Home Assistant.',
      );
    });
}

function proxy({ http }: Examined): DoctorFinding[] {
  const active = objectOf(objectOf(http)?.stable);
  if (active === null) return [];
  const threshold = Number(active.login_attempts_threshold ?? -1);
  const out: DoctorFinding[] = [];
  if (active.ip_ban_enabled !== false && threshold > 0) {
    out.push(
      finding(
        'ban',
        'note',
        'Home Assistant bans addresses',
        `After ${threshold} failed logins an address is locked out. Tomte tries a refused token once.`,
      ),
    );
  }
  const trusted = listOf(active.trusted_proxies).map(words).filter(Boolean);
  if (active.use_x_forwarded_for === true) {
    out.push(
      finding(
        'proxy',
        'ok',
        'Reverse proxy',
        `Trusted: ${trusted.slice(0, 5).join(', ') || 'none'}.`,
      ),
    );
  }
  return out;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const objectOf = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
const words = (value: unknown): string => (typeof value === 'string' ? printable(value) : '');
