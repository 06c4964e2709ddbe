/** States of a home as a model is told them: by area and class, short, without names, within a size. */
import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import { hidden, type Privacy } from './facts.ts';
import type { Looked } from './prompt.ts';
import { tokensIn } from './tokens.ts';
import { plain, withoutSecrets } from './untrusted.ts';

export interface Seen {
  readonly info: EntityInfo;
  readonly state: EntityState;
  readonly area: string | null;
}

/** Of the prompt's 4,000, so that question, answers and facts have room. */
export const lookTokensMax = 2400;

/** What a home may say in a word; any other text of a state is somebody's, and stays. */
const words = new Set([
  ...['on', 'off', 'open', 'closed', 'opening', 'closing', 'locked', 'unlocked', 'jammed', 'idle'],
  ...['heat', 'cool', 'auto', 'dry', 'fan_only', 'heat_cool', 'eco', 'performance', 'high_demand'],
  ...[
    'home',
    'not_home',
    'away',
    'unavailable',
    'unknown',
    'playing',
    'paused',
    'standby',
    'docked',
  ],
  ...[
    'cleaning',
    'returning',
    'error',
    'charging',
    'discharging',
    'full',
    'armed_home',
    'armed_away',
  ],
  ...[
    'disarmed',
    'triggered',
    'pending',
    'above_horizon',
    'below_horizon',
    'sunny',
    'cloudy',
    'rainy',
  ],
  ...[
    'partlycloudy',
    'snowy',
    'fog',
    'windy',
    'clear-night',
    'pouring',
    'lightning',
    'detected',
    'clear',
  ],
]);
/** Who is where is for the home alone, unless people may leave. */
const presence = new Set(['person', 'device_tracker', 'zone']);
/** Of no use for a decision, and many. */
const dull = new Set([
  'update',
  'button',
  'event',
  'tag',
  'automation',
  'script',
  'scene',
  'image',
  'stt',
]);
/** What weighs more comes first: what is measured and used, then what is on or open, then the rest. */
const weights: readonly (readonly [RegExp, number])[] = [
  [/^(power|energy|water|gas|battery|monetary|smoke|moisture|carbon_monoxide)$/, 0],
  [/^(temperature|humidity|door|window|motion|occupancy|opening|lock)$/, 1],
];

/** `E1` stands for an entity, and back. */
export interface Short {
  readonly looked: Looked;
  readonly ids: ReadonlyMap<string, string>;
}

export function lookedAt(
  seen: readonly Seen[],
  privacy: Privacy,
  tokensMax = lookTokensMax,
): Short {
  const fit = seen.filter(({ info }) => privacy.people === null || !presence.has(info.domain));
  const rows = fit
    .map((one) => ({ one, weight: weightOf(one), value: saidBy(one.state, one.info) }))
    .filter(({ value }) => value !== null)
    .sort((a, b) => a.weight - b.weight || (a.one.info.id < b.one.info.id ? -1 : 1));
  const ids = new Map<string, string>();
  const byArea = new Map<string, string[]>();
  const areas = new Map<string | null, string>();
  let tokens = 0;
  for (const { one, value } of rows) {
    const area = areaOf(one.area, areas, privacy);
    const short = `E${ids.size + 1}`;
    const line = lineOf(short, one.info, value!, privacy);
    const more = tokensIn(`${line}; `) + (byArea.has(area) ? 0 : tokensIn(`\n${area}: `));
    if (tokens + more > tokensMax) break;
    tokens += more;
    ids.set(short, one.info.id);
    byArea.set(area, [...(byArea.get(area) ?? []), line]);
  }
  const text = [...byArea].map(([area, lines]) => `${area}: ${lines.join('; ')}`).join('\n');
  return { looked: { text, told: ids.size, of: seen.length }, ids };
}

function weightOf({ info, state }: Seen): number {
  if (dull.has(info.domain) || state.state === 'unavailable' || state.state === 'unknown') return 9;
  const found = weights.find(([pattern]) => pattern.test(info.deviceClass ?? info.domain));
  const active = state.state === 'on' || state.state === 'open' ? -0.5 : 0;
  return (found?.[1] ?? 3) + active;
}

/** A number of at most four places, or a word that any home may say; null for all other text. */
function saidBy({ state }: EntityState, { unit }: EntityInfo): string | null {
  const number = state.trim() === '' ? Number.NaN : Number(state);
  if (Number.isFinite(number)) {
    const short = String(Number(number.toPrecision(5)));
    return unit === null ? short : `${short} ${plain(unit, 8)}`;
  }
  return words.has(state) ? state : null;
}

function lineOf(short: string, info: EntityInfo, value: string, privacy: Privacy): string {
  const what = plain(info.deviceClass ?? info.domain, 24).replace(/[^\p{L}\p{N}_ ]/gu, '');
  const name = privacy.names ? ` ${JSON.stringify(cleanName(info.name, privacy))}` : '';
  return `${short} ${what}${name} ${value}`;
}

const cleanName = (name: string, privacy: Privacy): string =>
  hidden(withoutSecrets(plain(name, 32)), privacy);

/** Rooms have names that people gave: where names stay, each is a number. */
function areaOf(area: string | null, areas: Map<string | null, string>, privacy: Privacy): string {
  if (area === null) return 'no room';
  const known = areas.get(area);
  if (known !== undefined) return known;
  const said = privacy.names ? JSON.stringify(cleanName(area, privacy)) : `room ${areas.size + 1}`;
  areas.set(area, said);
  return said;
}
