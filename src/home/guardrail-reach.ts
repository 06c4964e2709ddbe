import type { ErrorCode } from '@tomte/sdk/errors';
import type { Action, EntityInfo } from '@tomte/sdk/home';

/** Why an Action reaches further than single entities of its own kind; null when it does not. */
export interface TooWide {
  readonly rule: ErrorCode;
  readonly message: string;
}

/** Actions of these reach further than the entities they name, or run what nobody here has read. */
const wideDomains = new Set([
  'homeassistant',
  'script',
  'scene',
  'automation',
  'python_script',
  'shell_command',
  'rest_command',
  'pyscript',
  'group',
  'hassio',
  'recorder',
  'backup',
  'mqtt',
  'system_log',
  'logger',
  'frontend',
  'conversation',
  'intent_script',
  'command_line',
]);
/** Entities of these stand for others. */
const standInDomains = new Set(['group', 'script', 'scene', 'automation', 'person', 'zone']);
const tellingDomains = new Set(['notify', 'persistent_notification']);
const targetKeys = ['entity_id', 'area_id', 'device_id', 'label_id', 'floor_id', 'target'];
const neverDomains = new Set(['lock', 'alarm_control_panel', 'siren', 'valve']);
const neverCovers = new Set(['garage', 'gate', 'door']);

const singleEntity = /^[a-z0-9_]+\.[a-z0-9_]+$/;
const entitiesMax = 100;
const dataMaxCharacters = 16_384;

/** True for what is opened, armed or sounded only with a person's yes to that very Action. */
export function isNever(id: string, info: (id: string) => EntityInfo | undefined): boolean {
  const domain = domainOf(id);
  if (neverDomains.has(domain)) return true;
  if (domain !== 'cover') return false;
  const deviceClass = info(id)?.deviceClass ?? null;
  // A cover that does not say what it is may be the garage.
  return deviceClass === null || neverCovers.has(deviceClass);
}

/** True for an Action that only tells people something. */
export function isTelling(action: Action): boolean {
  if (action.domain === 'notify') return true;
  const own = ['create', 'dismiss'];
  return action.domain === 'persistent_notification' && own.includes(action.action);
}

/** Looks at the form of an Action alone: whom it names, openly and in its data. Pure. */
export function tooWide(
  action: Action,
  info: (id: string) => EntityInfo | undefined,
): TooWide | null {
  const name = `${action.domain}.${action.action}`;
  const wide = (why: string): TooWide => ({
    rule: 'guardrail.target_too_wide',
    message: `${name} ${why}`,
  });
  if (tellingDomains.has(action.domain)) {
    return {
      rule: 'guardrail.not_granted',
      message: `${name} tells people; only alerts do that`,
    };
  }
  if (wideDomains.has(action.domain)) return wide('reaches further than single entities');
  const widened = targetKeys.find((key) => Object.hasOwn(action.data, key));
  if (widened) return wide(`has ${widened} in its data`);
  if (action.entities.length === 0) return wide('names no entity');
  if (action.entities.length > entitiesMax) return wide(`names more than ${entitiesMax} entities`);
  for (const id of action.entities) {
    // Also refuses "all", "none", lists in one text and templates.
    if (!singleEntity.test(id)) return wide(`names ${JSON.stringify(id)}, which is no entity`);
    const domain = domainOf(id);
    if (standInDomains.has(domain)) return wide(`names ${id}, which stands for other entities`);
    if (domain !== action.domain) return wide(`is not an Action of ${id}`);
  }
  const other = otherEntity(action, info);
  return other === null ? null : wide(other);
}

/**
 * Some Actions take entities in other fields too (players to join, a player to show a camera on), in
 * one text or many, in any case. Whatever the field: no entity but the named ones stands in the data.
 */
function otherEntity(action: Action, info: (id: string) => EntityInfo | undefined): string | null {
  const text = JSON.stringify(action.data);
  if (text.length > dataMaxCharacters) return 'has too much in its data';
  const named = new Set(action.entities);
  for (const [found] of text.toLowerCase().matchAll(/[a-z0-9_]+\.[a-z0-9_]+/g)) {
    if (!named.has(found) && info(found)) return `names ${found} in its data`;
  }
  return null;
}

export const domainOf = (id: string): string => id.slice(0, id.indexOf('.'));
