import { columns } from './print.ts';

/** A kind that can be set up: its heading, then a line for each of its settings. */
export function kindLines(heading: string, schema: { readonly properties?: unknown }): string[] {
  const fields = (schema.properties ?? {}) as Record<string, { description?: string }>;
  const rows = Object.entries(fields).map(([name, { description = '' }]) => [
    `  ${name}`,
    description,
  ]);
  return [heading, ...columns(rows)];
}
