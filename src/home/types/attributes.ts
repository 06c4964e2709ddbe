import type { EntityState } from '@tomte/sdk/home';
import { keyed, pascal } from './text.ts';

/** Attributes that any entity may have: `CommonAttributes` of the SDK has them. */
const common = new Set([
  'friendly_name',
  'icon',
  'entity_picture',
  'device_class',
  'state_class',
  'unit_of_measurement',
  'supported_features',
  'assumed_state',
  'attribution',
  'restored',
]);

/** Kinds of attributes that are often empty at the moment they are looked at, such as those of a lamp that is off. */
const usualKind: Readonly<Record<string, string>> = {
  ...kindOf('number', [
    ...['brightness', 'color_temp_kelvin', 'percentage', 'volume_level', 'media_duration'],
    ...['media_position', 'current_temperature', 'temperature', 'target_temp_high'],
    ...['target_temp_low', 'current_humidity', 'humidity', 'current_position', 'battery_level'],
    ...['current_tilt_position', 'update_percentage', 'latitude', 'longitude', 'gps_accuracy'],
  ]),
  ...kindOf('string', [
    ...['color_mode', 'effect', 'preset_mode', 'fan_mode', 'swing_mode', 'hvac_action', 'mode'],
    ...['direction', 'source', 'sound_mode', 'media_title', 'media_artist', 'fan_speed'],
    ...['event_type', 'changed_by', 'release_summary', 'release_url', 'skipped_version'],
  ]),
  ...kindOf('boolean', ['oscillating', 'is_volume_muted', 'shuffle', 'is_closed']),
  ...kindOf('readonly number[]', ['hs_color', 'rgb_color', 'xy_color', 'rgbw_color']),
  ...kindOf('readonly string[]', ['group_members', 'preset_modes', 'effect_list', 'source_list']),
};

function kindOf(kind: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}

/** More names than these are told as `unknown`. */
const attributesMax = 100;

/** Types of attributes, home-wide: entities with the same attributes share one interface. */
export interface AttributeShapes {
  /** Name of the entity's interface. */
  of(state: EntityState): string;
  /** The interfaces that were named, as text. */
  text(): string;
}

export function attributeShapes(
  states: readonly EntityState[],
  freshName: (wanted: string) => string,
): AttributeShapes {
  const kinds = kindsByDomain(states);
  const named = new Map<string, string>();
  const bodies: string[] = [];

  function of(state: EntityState): string {
    const names = Object.keys(state.attributes)
      .filter((name) => !common.has(name))
      .sort();
    if (names.length === 0) return 'CommonAttributes';
    const domain = domainOf(state.entityId);
    const key = `${domain} ${names.join(' ')}`;
    const known = named.get(key);
    if (known) return known;
    const name = freshName(`${pascal(domain)}Attributes`);
    named.set(key, name);
    const lines = names
      .slice(0, attributesMax)
      .map((one) => `  ${keyed(one)}?: ${typeOf(kinds.get(domain)?.get(one), one)};`);
    if (names.length > attributesMax) lines.push('  [more: string]: unknown;');
    bodies.push(`export interface ${name} extends CommonAttributes {\n${lines.join('\n')}\n}\n`);
    return name;
  }

  return { of, text: () => bodies.join('\n') };
}

/** Per domain and attribute all kinds of values that are seen: a lamp that is on tells of those that are off. */
function kindsByDomain(states: readonly EntityState[]): Map<string, Map<string, Set<string>>> {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const { entityId, attributes } of states) {
    const domain = domainOf(entityId);
    const ofDomain = found.get(domain) ?? new Map<string, Set<string>>();
    found.set(domain, ofDomain);
    for (const [name, value] of Object.entries(attributes)) {
      const kinds = ofDomain.get(name) ?? new Set<string>();
      ofDomain.set(name, kinds.add(kindOfValue(value)));
    }
  }
  return found;
}

/** Says nothing of what it would hold. */
const emptyList = 'empty list';

function kindOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return kindOfList(value);
  if (typeof value === 'object') return 'Readonly<Record<string, unknown>>';
  return ['string', 'number', 'boolean'].includes(typeof value) ? typeof value : 'unknown';
}

function kindOfList(values: readonly unknown[]): string {
  if (values.length === 0) return emptyList;
  const kinds = [...new Set(values.slice(0, 50).map((value) => typeof value))];
  const [only] = kinds;
  return kinds.length === 1 && (only === 'string' || only === 'number')
    ? `readonly ${only}[]`
    : 'readonly unknown[]';
}

function typeOf(kinds: ReadonlySet<string> | undefined, name: string): string {
  const telling = [...(kinds ?? [])].filter((kind) => kind !== 'null' && kind !== emptyList);
  const usual = Object.hasOwn(usualKind, name) ? usualKind[name]! : null;
  const unsaid = usual ?? (kinds?.has(emptyList) ? 'readonly unknown[]' : 'unknown');
  const type = telling.length > 0 ? telling.sort().join(' | ') : unsaid;
  return kinds?.has('null') && type !== 'unknown' ? `${type} | null` : type;
}

export const domainOf = (entityId: string): string => entityId.slice(0, entityId.indexOf('.'));
