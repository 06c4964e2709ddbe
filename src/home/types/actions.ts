import { type Field, fieldsOf, type Home } from './fields.ts';
import { doc, isPlain, keyed, type Plain, pascal } from './text.ts';

/** Actions as `get_services` describes them: `domain -> action -> fields, target`. */
export type DescribedActions = Readonly<Record<string, Plain>>;

/** Types of all Actions: the interface that lists them, and one named interface for the fields of each. */
export function actionTypes(
  actions: DescribedActions,
  home: Home,
  freshName: (wanted: string) => string,
): { readonly list: string; readonly fields: string } {
  const fields: string[] = [];
  const domains = Object.keys(actions)
    .sort()
    .map((domain) => {
      const rows = Object.keys(actions[domain]!)
        .sort()
        .map((name) => {
          const action = actionType({
            domain,
            name,
            described: actions[domain]![name],
            home,
            freshName,
          });
          fields.push(action.fields);
          return action.row;
        });
      return `  ${keyed(domain)}: {\n${rows.join('')}  };\n`;
    });
  return { list: domains.join(''), fields: fields.join('') };
}

function actionType(o: {
  domain: string;
  name: string;
  described: unknown;
  home: Home;
  freshName: (wanted: string) => string;
}) {
  const { domain, name, described, home } = o;
  // An Action that does not describe itself is left open.
  if (!isPlain(described)) return row(o, null, 'EntityId', 'Record<string, unknown>');
  const about = typeof described.description === 'string' ? described.description : null;
  const target = targetType(described.target, home);
  const fields = fieldsOf(described, home, domain);
  if (fields.length === 0) return row(o, about, target, 'NoFields');
  const type = o.freshName(pascal(domain) + pascal(name));
  const text = `export interface ${type} {\n${fields.map(fieldText).join('')}}\n\n`;
  return row(o, about, target, type, text);
}

function row(
  { name }: { name: string },
  about: string | null,
  target: string,
  data: string,
  fields = '',
) {
  return {
    row: `${doc('    ', [about])}    ${keyed(name)}: { target: ${target}; data: ${data} };\n`,
    fields,
  };
}

const fieldText = (field: Field): string =>
  `${doc('  ', [field.about])}  ${keyed(field.name)}${field.required ? '' : '?'}: ${field.type};\n`;

/** Entities an Action may be told to: those of its domains, any where it names none, `never` where it has no target. */
function targetType(target: unknown, home: Home): string {
  if (!isPlain(target)) return 'never';
  const filters = [target.entity].flat().filter(isPlain);
  const domains = filters.map((filter) =>
    [filter.domain].flat().filter((one): one is string => typeof one === 'string'),
  );
  // Without a domain any entity may be named, whatever else the filter says.
  if (domains.length === 0 || domains.some((one) => one.length === 0)) return 'EntityId';
  return home.entitiesIn(domains.flat());
}
