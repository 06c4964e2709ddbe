/** How people call an entity; one that nobody named by the words of its id, never by the id. */
export function entityName(
  info: { readonly id: string; readonly name: string } | null | undefined,
  id: string,
): string {
  const name = info?.name.trim();
  if (name && name !== id) return name;
  const words = (id.split('.')[1] ?? id).replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
