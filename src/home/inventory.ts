import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import type { FirstLook } from '@tomte/sdk/types';
import { amount, count } from '@tomte/sdk/words';

export { type BrokenInput, broken } from './broken.ts';

/** A home as it stands: what First look reads. Pure. */
export interface InventoryInput {
  readonly infos: readonly EntityInfo[];
  readonly states: { entity(id: string): EntityState | undefined };
  /** Ids of long-term statistics that are kept. */
  readonly statistics: readonly string[];
  /** What `energy/get_prefs` answered; null when not set up. */
  readonly energyPrefs: unknown;
}

type Have = FirstLook['have'][number];

interface Kind {
  readonly kind: string;
  title(n: number): string;
  has(info: EntityInfo, words: string): boolean;
  /** Type of an energy source that says the same. */
  readonly source?: string;
}

const isDoor = ['door', 'window', 'garage_door', 'opening'];
const isMotion = ['motion', 'occupancy', 'presence'];
const car = /(^|[^a-z])(ev|car|wallbox|charger|elbil|tesla|zaptec|easee|go-?e)([^a-z]|$)/;
const solar = /solar|(^|[^a-z])pv([^a-z]|$)|photovolt|inverter|sonne|solcelle/;
const storage =
  /home.?battery|house.?battery|powerwall|storage|speicher|(^|[^a-z])(soc|ess)([^a-z]|$)/;
const air = /ventil|(^|[^a-z])air|lufts?trom|heat|heiz|brine/;
const binary = (info: EntityInfo, classes: readonly string[]): boolean =>
  info.domain === 'binary_sensor' && classes.includes(info.deviceClass ?? '');

/** In the order of the card: what can do harm, who is about, what costs and earns. */
const kinds: readonly Kind[] = [
  {
    kind: 'water',
    title: (n) => (n === 1 ? 'A water meter' : `Water: ${count(n, 'sensor')}`),
    has: (info, words) =>
      info.domain === 'sensor' &&
      (info.deviceClass === 'water' ||
        (info.deviceClass === 'volume_flow_rate' && !air.test(words))),
    source: 'water',
  },
  {
    kind: 'leak',
    title: (n) => count(n, 'leak sensor'),
    has: (info) => binary(info, ['moisture']),
  },
  {
    kind: 'freezer',
    title: (n) => (n === 1 ? 'A freezer' : `${count(n, 'sensor')} in fridge and freezer`),
    has: (info, words) =>
      info.domain === 'sensor' &&
      info.deviceClass === 'temperature' &&
      /freez|fridge|gefrier|kühlschrank|fryser|kjøle|congel|diepvries/.test(words),
  },
  {
    kind: 'motion',
    title: (n) => count(n, 'motion sensor'),
    has: (info) => binary(info, isMotion),
  },
  {
    kind: 'doors',
    title: (n) => `${count(n, 'door or window', 'doors and windows')}`,
    has: (info) => binary(info, isDoor),
  },
  {
    kind: 'power',
    title: () => 'The power of the house',
    has: (info, words) =>
      info.domain === 'sensor' &&
      info.deviceClass === 'power' &&
      /house|home|grid|mains|total|haus|netz|hus/.test(words) &&
      !solar.test(words),
    source: 'grid',
  },
  {
    kind: 'solar',
    title: () => 'Solar panels',
    has: (info, words) =>
      info.domain === 'sensor' &&
      ['power', 'energy'].includes(info.deviceClass ?? '') &&
      solar.test(words),
    source: 'solar',
  },
  {
    kind: 'battery',
    title: () => 'A home battery',
    has: (info, words) =>
      info.domain === 'sensor' && info.deviceClass === 'battery' && storage.test(words),
    source: 'battery',
  },
  {
    kind: 'car',
    title: () => 'A car charger',
    has: (info, words) => ['switch', 'number', 'sensor'].includes(info.domain) && car.test(words),
  },
  {
    kind: 'heating',
    title: (n) => (n === 1 ? 'A heater' : `${n} heaters and thermostats`),
    has: (info, words) =>
      ['climate', 'water_heater'].includes(info.domain) ||
      (info.domain === 'switch' && /heater|boiler|heat.?pump|heizung/.test(words)),
  },
];

/** What this home has, in plain words, with what it shows right now. */
export function inventory(o: InventoryInput): Have[] {
  const sources = energySources(o.energyPrefs);
  return kinds.flatMap((kind): Have[] => {
    const named = o.infos.filter((info) => kind.has(info, wordsOf(info)));
    const counted = sources
      .filter((source) => source.type === kind.source)
      .flatMap((source) => o.infos.filter((info) => source.statistics.includes(info.id)));
    const found = [...new Set([...named, ...counted])];
    if (found.length === 0) return [];
    const detail = detailOf(found, o);
    return [
      {
        kind: kind.kind,
        title: kind.title(found.length),
        detail,
        entities: found.map((e) => e.id),
      },
    ];
  });
}

const wordsOf = (info: EntityInfo): string => `${info.id} ${info.name}`.toLowerCase();

/** `Water Flow 0.4 L/min, Water Total 30,000 L; hours are kept`. */
function detailOf(found: readonly EntityInfo[], o: InventoryInput): string {
  const shown = found.slice(0, 3).map((info) => {
    const state = o.states.entity(info.id)?.state;
    const value = Number(state);
    const now =
      state === undefined || ['unavailable', 'unknown', ''].includes(state)
        ? 'no value now'
        : Number.isFinite(value)
          ? amount(value, info.unit)
          : state;
    return info.domain === 'binary_sensor' ? info.name : `${info.name} ${now}`;
  });
  const more = found.length > 3 ? ` and ${found.length - 3} more` : '';
  const history = found.some((info) => o.statistics.includes(info.id)) ? '; hours are kept' : '';
  return `${shown.join(', ')}${more}${history}`;
}

/** Sources of the energy page, whatever shape it has: fields that begin with `stat_` name statistics. */
function energySources(prefs: unknown): { type: string; statistics: string[] }[] {
  const sources = (prefs as { energy_sources?: unknown } | null)?.energy_sources;
  if (!Array.isArray(sources)) return [];
  return sources.flatMap((source: unknown) => {
    if (typeof source !== 'object' || source === null) return [];
    const fields = Object.entries(source);
    const type = (source as { type?: unknown }).type;
    const statistics = fields.flatMap(([name, value]) =>
      name.startsWith('stat_energy') && typeof value === 'string' ? [value] : [],
    );
    return typeof type === 'string' ? [{ type, statistics }] : [];
  });
}
