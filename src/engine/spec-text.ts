/** A spec as text, the same whatever the order of its keys: by it a spec is known again after a restart. */
export function specText(spec: unknown): string {
  return JSON.stringify(spec, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

export const sameSpec = (a: unknown, b: unknown): boolean => specText(a) === specText(b);
