/** Names in a file's syntax tree: what is declared, imported, and called by which name. */

/** A node as the parser gives it (ESTree, with TypeScript's). */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** Names a file gives something of its own, wherever in it; where each import comes from. */
export interface Declared {
  readonly names: ReadonlySet<string>;
  readonly imports: ReadonlyMap<string, string>;
  /** `let` and `var` of the file itself, outside its functions. */
  readonly variables: ReadonlySet<string>;
}

export function declaredIn(program: Node): Declared {
  const names = new Set<string>();
  const again = new Set<string>();
  const imports = new Map<string, string>();
  const variables = new Set<string>();
  const add = (name: string): void => {
    if (names.has(name)) again.add(name);
    names.add(name);
  };

  const visit = (node: Node): void => {
    if (node.type === 'ImportDeclaration') {
      for (const one of node.specifiers as Node[]) {
        const { name } = one.local as { name: string };
        add(name);
        imports.set(name, String((node.source as { value: unknown }).value));
      }
    }
    for (const pattern of patternsOf(node)) for (const name of boundBy(pattern)) add(name);
    for (const value of Object.values(node)) {
      for (const one of Array.isArray(value) ? value : [value]) if (isNode(one)) visit(one);
    }
  };
  visit(program);
  for (const statement of program.body as Node[]) {
    const declaration =
      statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (!isNode(declaration) || declaration.type !== 'VariableDeclaration') continue;
    if (declaration.kind === 'const') continue;
    for (const one of declaration.declarations as Node[]) {
      for (const name of boundBy(one.id)) variables.add(name);
    }
  }
  // A name that is given twice may mean the inner one.
  for (const name of again) variables.delete(name);
  return { names, imports, variables };
}

/** Where this node binds names. */
function patternsOf(node: Node): unknown[] {
  switch (node.type) {
    case 'VariableDeclarator':
    case 'ClassDeclaration':
      return [node.id];
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return [node.id, ...(node.params as unknown[])];
    case 'CatchClause':
      return [node.param];
    default:
      return [];
  }
}

function boundBy(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [String(pattern.name)];
    case 'ObjectPattern':
      return (pattern.properties as Node[]).flatMap((one) => boundBy(one.value ?? one.argument));
    case 'ArrayPattern':
      return (pattern.elements as unknown[]).flatMap(boundBy);
    case 'AssignmentPattern':
      return boundBy(pattern.left);
    case 'RestElement':
      return boundBy(pattern.argument);
    default:
      return [];
  }
}

/** `a.b.c` of nothing but names; null for anything else. */
export function dotted(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === 'Identifier') return String(node.name);
  if (node.type === 'ChainExpression') return dotted(node.expression);
  if (node.type !== 'MemberExpression' || node.computed === true) return null;
  const object = dotted(node.object);
  return object === null ? null : `${object}.${(node.property as { name: string }).name}`;
}

/** The name a chain of members begins with: `a` of `a.b[0]`. */
export function rootOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === 'Identifier') return String(node.name);
  return node.type === 'MemberExpression' ? rootOf(node.object) : null;
}
