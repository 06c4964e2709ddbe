/** Finds what a workflow file does that would be another thing at a replay. */
import { parseAst } from 'rolldown/parseAst';
import {
  type Declared,
  declaredIn,
  dotted,
  isNode,
  type Node,
  rootOf,
} from './determinism-names.ts';

export interface Indeterminate {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** As it is written, `Date.now()`. */
  readonly found: string;
  /** What to write in its place, and why. */
  readonly instead: string;
}

const inStep = (what: string) => `await ctx.step('name', () => ${what}), which is recorded`;
const time = 'ctx.now(), which is the same at a replay';
const outside = 'ctx.fetch, which is recorded and guarded';
const pause = 'ctx.sleep, which survives a restart';

/** Calls by their dotted name, and what to write instead. Those of the second table are wrong in a step too. */
const calls: Readonly<Record<string, string>> = {
  'Date.now': time,
  Date: time,
  'performance.now': time,
  'process.hrtime': time,
  'process.hrtime.bigint': time,
  'Math.random': inStep('Math.random()'),
  'crypto.randomUUID': inStep('crypto.randomUUID()'),
  'crypto.getRandomValues': inStep('crypto.getRandomValues(…)'),
  setTimeout: pause,
  setInterval: pause,
  setImmediate: pause,
};
const everywhere: Readonly<Record<string, string>> = {
  fetch: outside,
  WebSocket: outside,
  EventSource: outside,
};
const settings = 'a setting, or secret() for what is secret: the environment is empty here';
const memory = 'ctx.store: what a file remembers is shared by all Runs and gone after a restart';

/** A comment with this word, on the line or the one above it, says that it is meant. */
const ignoring = 'tomte-ignore';

/** Faults of one file, in its order. A text that is no TypeScript has none: loading it says what is wrong. */
export function indeterminate(text: string, file: string): Indeterminate[] {
  const program = parsed(text, file);
  if (!program) return [];
  const declared = declaredIn(program);
  const lines = text.split('\n');
  const found: Indeterminate[] = [];
  const tell = (node: Node, instead: string): void => {
    const before = text.slice(0, node.start).split('\n');
    const line = before.length;
    if ([lines[line - 1], lines[line - 2]].some((one) => one?.includes(ignoring))) return;
    const what = text.slice(node.start, node.end).split('\n')[0]!.slice(0, 60);
    found.push({ line, column: before.at(-1)!.length + 1, found: what, instead });
  };
  visit(program, { declared, tell, inStep: false, inFunction: false });
  return found.sort((a, b) => a.line - b.line || a.column - b.column);
}

function parsed(text: string, file: string): Node | null {
  try {
    return parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }, file) as unknown as Node;
  } catch {
    return null;
  }
}

interface Where {
  readonly declared: Declared;
  readonly tell: (node: Node, instead: string) => void;
  /** Within what `ctx.step` runs once and records. */
  readonly inStep: boolean;
  readonly inFunction: boolean;
}

function visit(node: Node, where: Where): void {
  look(node, where);
  const step = stepBody(node);
  const inFunction = where.inFunction || /Function/.test(node.type);
  for (const child of childrenOf(node)) {
    visit(child, { ...where, inFunction, inStep: where.inStep || child === step });
  }
}

/** The function that a call of `ctx.step` is handed. */
function stepBody(node: Node): Node | null {
  if (node.type !== 'CallExpression') return null;
  const name = dotted(node.callee);
  const [, body] = node.arguments as Node[];
  return name !== null && /(^|\.)step$/.test(name) && isNode(body) ? body : null;
}

function look(node: Node, where: Where): void {
  const { tell, declared, inStep } = where;
  if (node.type === 'CallExpression' || node.type === 'NewExpression') {
    const instead = insteadOf(node, where);
    if (instead !== null) tell(node, instead);
  }
  if (node.type === 'MemberExpression' && globalName(node, declared) === 'process.env')
    tell(node, settings);
  if (node.type === 'AwaitExpression' && !inStep) {
    const name = foreignCall(node.argument, declared);
    if (name !== null) tell(node, `await ctx.step('${name}', () => ${name}(…)), which is recorded`);
  }
  const target =
    node.type === 'AssignmentExpression'
      ? node.left
      : node.type === 'UpdateExpression'
        ? node.argument
        : null;
  if (isNode(target) && where.inFunction) {
    const root = rootOf(target);
    if (root !== null && declared.variables.has(root)) tell(node, memory);
  }
}

function insteadOf(node: Node, { declared, inStep }: Where): string | null {
  const name = globalName(node.callee, declared);
  if (name === null) return null;
  // `new Date(t)` says what `t` says.
  const isClock =
    name === 'Date' && (node.type === 'CallExpression' || (node.arguments as Node[]).length === 0);
  if (name === 'Date' && !isClock) return null;
  if (Object.hasOwn(everywhere, name)) return everywhere[name]!;
  return !inStep && Object.hasOwn(calls, name) ? calls[name]! : null;
}

/** `Math.random` of `globalThis.Math.random`; null where the file means another by the name. */
function globalName(node: unknown, declared: Declared): string | null {
  const name = isNode(node) ? dotted(node) : null;
  if (name === null) return null;
  const bare = name.replace(/^globalThis\./, '');
  return declared.names.has(bare.split('.')[0]!) ? null : bare;
}

/** The name of what is called, where it comes from another package than the SDK. */
function foreignCall(node: unknown, declared: Declared): string | null {
  if (!isNode(node) || node.type !== 'CallExpression') return null;
  const name = isNode(node.callee) ? dotted(node.callee) : null;
  const from = name === null ? undefined : declared.imports.get(name.split('.')[0]!);
  return from === undefined || /^(\.|@tomte\/sdk\/|zod$)/.test(from) ? null : name;
}

function* childrenOf(node: Node): Iterable<Node> {
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const one of value) if (isNode(one)) yield one;
    } else if (isNode(value)) yield value;
  }
}
