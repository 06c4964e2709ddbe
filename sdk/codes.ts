/** Codes, PINs and passwords in the data of an Action: sent to the home, and written down nowhere. */

/** What stands in their place. */
export const hiddenCode = '«secret»';

const names = /(^|_)((user|pass)?_?code|pin|password|passphrase|token|secret|api_?key)s?$/i;

/** Whether a field is one by its name: `code`, `pin`, `user_code`. */
export const isCode = (field: string): boolean => names.test(field);

type Data = Readonly<Record<string, unknown>>;

/** The same with every code hidden, also in lists and objects inside: for records, pages and logs. */
export const withoutCodes = <A extends { readonly data: Data }>(action: A): A => ({
  ...action,
  data: hidden(action.data),
});

/** Text in which no code of this Action stands: homes repeat what they refuse. */
export function hideCodes(text: string, action: { readonly data: Data }): string {
  let out = text;
  for (const code of codesIn(action.data)) out = out.replaceAll(code, hiddenCode);
  return out;
}

function hidden<T>(value: T): T {
  if (Array.isArray(value)) return value.map(hidden) as T;
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([field, inner]) => [
    field,
    isCode(field) && !isEmpty(inner) ? hiddenCode : hidden(inner),
  ]);
  return Object.fromEntries(fields) as T;
}

/** Longest first, so that no part of one is left. */
function codesIn(value: unknown): string[] {
  const found: string[] = [];
  const look = (one: unknown, within: boolean): void => {
    if (typeof one === 'object' && one !== null) {
      for (const [field, inner] of Object.entries(one)) {
        look(inner, within || (!Array.isArray(one) && isCode(field)));
      }
    } else if (within && !isEmpty(one)) found.push(String(one));
  };
  look(value, false);
  return found.sort((a, b) => b.length - a.length);
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';
