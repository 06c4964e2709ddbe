import type { SettingsSchema } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { WorkflowContext, WorkflowDefinition } from '@tomte/sdk/workflow';
import { z } from 'zod';
import { hooksOf } from '../hooks.ts';
import type { Hosts } from './hosts.ts';
import type { Declared, Derived } from './protocol.ts';

/** One version of a person's workflow, behind the same interface as the built-in ones. */
export interface UserWorkflow extends WorkflowDefinition {
  readonly version: { readonly hash: string; readonly number: number };
  /**
   * Asks the code what follows from these settings, so that triggers, conditions and wishes can be told
   * at once afterwards. To be awaited before settings are used. Throws `workflow.settings_invalid`.
   */
  prepare(settings: unknown): Promise<void>;
  isPrepared(settings: unknown): boolean;
}

export const isUserWorkflow = (definition: WorkflowDefinition): definition is UserWorkflow =>
  'version' in definition;

type Ready = Extract<Derived, { ok: true }>;
const preparedMax = 200;

export function userWorkflow(o: {
  hosts: Hosts;
  hash: string;
  number: number;
  code: string;
  declared: Declared;
}): UserWorkflow {
  const { hosts, hash, number, code, declared } = o;
  const { title, text, mode, cooldown, debounce } = declared;
  const prepared = new Map<string, Ready>();
  const ready = (settings: unknown): Ready => {
    const found = prepared.get(keyOf(settings));
    if (found) return found;
    throw new TomteError('app.internal', `${title}: its settings were not prepared`);
  };
  const execute = (
    context: WorkflowContext,
    settings: Record<string, unknown>,
    compensate: Parameters<NonNullable<WorkflowDefinition['onFailure']>>[2] | null,
  ) => {
    const { hold, dropped } = hooksOf(context);
    const { id, name, zone } = context.home;
    const begin = {
      compensate,
      id: context.run,
      home: { id, name, zone },
      trigger: context.trigger,
      settings,
      now: context.now(),
    };
    // Until the process has taken it over, starting that process is thinking too.
    const started = hold();
    return hosts
      .use({ hash, code }, (host) => {
        const ended = host.execute({ begin, context, hold, dropped });
        started();
        return Promise.race([ended, droppedOf(dropped)]);
      })
      .finally(started);
  };
  return {
    kind: 'workflow',
    ...{ title, text },
    settings: z.fromJSONSchema(
      declared.schema as Parameters<typeof z.fromJSONSchema>[0],
    ) as SettingsSchema,
    ...(mode ? { mode } : {}),
    ...(cooldown === null ? {} : { cooldown }),
    ...(debounce === null ? {} : { debounce }),
    version: { hash, number },
    async prepare(settings) {
      // The same code says the same of the same settings.
      if (prepared.has(keyOf(settings))) return;
      const derived = await hosts.use({ hash, code }, (host) => host.derive(settings));
      if (!derived.ok) {
        throw new TomteError('workflow.settings_invalid', `The settings of ${title} do not fit`, {
          details: { problems: derived.problems },
        });
      }
      if (prepared.size > preparedMax) prepared.clear();
      for (const key of [settings, derived.settings]) prepared.set(keyOf(key), derived);
    },
    isPrepared: (settings) => prepared.has(keyOf(settings)),
    triggers: (settings) => ready(settings).triggers,
    conditions: (settings) => ready(settings).conditions,
    wants: (settings) => ready(settings).wants,
    run: (context, settings) => execute(context, settings, null),
    ...(declared.compensates
      ? { onFailure: (context, settings, error) => execute(context, settings, error) }
      : {}),
  };
}

/** Frees the process for others when the engine lets go of an execution. */
const droppedOf = (dropped: AbortSignal) =>
  new Promise<never>((_, reject) => {
    dropped.addEventListener('abort', () => reject(new Error('dropped')), { once: true });
  });

/** JSON with its keys in order: the same settings, however they came. */
function keyOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
