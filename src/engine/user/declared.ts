import { ms } from '@tomte/sdk/trigger';
import { triggersOf, type WorkflowDefinition } from '@tomte/sdk/workflow';
import { z } from 'zod';
import type { Declared, Derived } from './protocol.ts';

export function declaredOf(definition: WorkflowDefinition): Declared {
  const { title, text, settings, mode, cooldown, debounce, onFailure } = definition;
  if (
    typeof title !== 'string' ||
    typeof text !== 'string' ||
    typeof definition.run !== 'function'
  ) {
    throw new TypeError('A workflow needs title, text, triggers, settings and run');
  }
  return {
    title,
    text,
    schema: z.toJSONSchema(settings, { io: 'input' }) as Record<string, unknown>,
    mode: mode ?? null,
    cooldown: cooldown === undefined ? null : ms(cooldown),
    debounce: debounce === undefined ? null : ms(debounce),
    compensates: onFailure !== undefined,
  };
}

export function derivedOf(definition: WorkflowDefinition, settings: unknown): Derived {
  const parsed = definition.settings.safeParse(settings);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({
      path: path as PropertyKey[],
      message,
    }));
    return { ok: false, problems };
  }
  return {
    ok: true,
    settings: parsed.data as Record<string, unknown>,
    triggers: triggersOf(definition, parsed.data),
    conditions: definition.conditions?.(parsed.data) ?? [],
    wants: definition.wants?.(parsed.data) ?? [],
  };
}
