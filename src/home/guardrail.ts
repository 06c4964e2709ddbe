import type { ErrorCode } from '@tomte/sdk/errors';
import type { Action, EntityInfo } from '@tomte/sdk/home';

export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly rule: ErrorCode; readonly message: string };

export interface GuardrailContext {
  /** Entities whoever asks may switch. */
  readonly grants: readonly string[];
  readonly info: (id: string) => EntityInfo | undefined;
  /** True while a person has stopped all Actions. */
  readonly stopped: boolean;
}

/** Nobody but a person in front of it opens these, whatever was granted. */
const neverDomains = new Set(['lock', 'alarm_control_panel', 'siren', 'valve']);
const neverCovers = new Set(['garage', 'gate', 'door']);
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

/** What must hold before anything is switched: default deny. Pure. */
export function judge(action: Action, context: GuardrailContext): Verdict {
  const name = `${action.domain}.${action.action}`;
  if (context.stopped) return refuse('guardrail.stopped', `${name}: all Actions are stopped`);
  if (tellingDomains.has(action.domain)) {
    return refuse('guardrail.not_granted', `${name} tells people; only alerts do that`);
  }
  if (neverDomains.has(action.domain)) return refuse('guardrail.never', `${name} is never asked`);
  if (wideDomains.has(action.domain)) {
    return refuse('guardrail.target_too_wide', `${name} reaches further than single entities`);
  }
  const widened = targetKeys.find((key) => Object.hasOwn(action.data, key));
  if (widened) return refuse('guardrail.target_too_wide', `${name}: ${widened} stands in its data`);
  if (action.entities.length === 0) {
    return refuse('guardrail.target_too_wide', `${name} names no entity`);
  }
  for (const id of action.entities) {
    const verdict = judgeEntity(name, id, action, context);
    if (!verdict.ok) return verdict;
  }
  return { ok: true };
}

function judgeEntity(name: string, id: string, action: Action, context: GuardrailContext): Verdict {
  // Also refuses "all", "none", lists in one text and templates.
  if (!/^[a-z0-9_]+\.[a-z0-9_]+$/.test(id)) {
    return refuse(
      'guardrail.target_too_wide',
      `${name}: ${JSON.stringify(id)} is no single entity`,
    );
  }
  const domain = id.slice(0, id.indexOf('.'));
  if (neverDomains.has(domain)) return refuse('guardrail.never', `${id} is never switched`);
  if (standInDomains.has(domain)) {
    return refuse('guardrail.target_too_wide', `${id} stands for other entities`);
  }
  if (domain === 'cover') {
    const deviceClass = context.info(id)?.deviceClass ?? null;
    if (deviceClass === null || neverCovers.has(deviceClass)) {
      const what = deviceClass ?? 'a cover of unknown kind';
      return refuse('guardrail.never', `${id} is ${what}, which is never moved`);
    }
  }
  if (domain !== action.domain) {
    return refuse('guardrail.target_too_wide', `${name} is not an Action of ${id}`);
  }
  if (!context.grants.includes(id)) {
    return refuse('guardrail.not_granted', `${id} was not allowed`);
  }
  return { ok: true };
}

/** True for an Action that only tells people something. */
export function isTelling(action: Action): boolean {
  if (action.domain === 'notify') return true;
  const own = ['create', 'dismiss'];
  return action.domain === 'persistent_notification' && own.includes(action.action);
}

const refuse = (rule: ErrorCode, message: string): Verdict => ({ ok: false, rule, message });
