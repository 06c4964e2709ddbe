/**
 * What a model wrote as a workflow, before it is anything at all: read as a tree, never run. It may use the
 * few calls of `ctx` below, things by the names that code gave them, and plain JavaScript without a way out.
 */
import { parseAst } from 'rolldown/parseAst';
import { plain } from '../../decide/untrusted.ts';
import { forPeople } from '../../decide/words.ts';
import { declaredIn, dotted, isNode, type Node } from '../../engine/user/determinism-names.ts';

export interface CodeProblem {
  /** From 1, in what the model wrote. */
  readonly line: number;
  readonly text: string;
}

export interface CheckedCode {
  readonly problems: readonly CodeProblem[];
  /** Things by the names that code gave them, in the order they stand. */
  readonly used: readonly string[];
  /** Of those, what its Actions name. */
  readonly switched: readonly string[];
}

export const codeMax = 6000;
const problemsMax = 20;
const calls = new Set([
  ...['ctx.alert', 'ctx.resolve', 'ctx.act', 'ctx.ask', 'ctx.sleep', 'ctx.until', 'ctx.now'],
  ...['ctx.log', 'ctx.home.state', 'ctx.home.history', 'ctx.home.statistics'],
  ...['ctx.store.get', 'ctx.store.set', 'ctx.store.delete'],
]);
const plainParts = new Set(['ctx.home.zone', 'ctx.home.name']);
const globals = new Set([
  ...['Math', 'Number', 'String', 'Boolean', 'JSON', 'undefined', 'NaN', 'Infinity', 'ctx'],
]);
const properties = new Set(['triggers', 'run', 'cooldown', 'debounce']);
/** Ways from a value to what made it, and so out. */
const doors = /^(constructor|prototype|__\w+__|caller|callee|arguments|bind|call|apply)$/;
const shut = new Set([
  ...['ImportExpression', 'ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration'],
  ...['NewExpression', 'ThisExpression', 'ClassDeclaration', 'ClassExpression', 'MetaProperty'],
  ...['TaggedTemplateExpression', 'Super', 'YieldExpression', 'WithStatement', 'DebuggerStatement'],
  ...['LabeledStatement', 'PrivateIdentifier'],
]);
const thing = /^E\d{1,2}$/;
const entityId = /^[a-z_]+\.[a-z0-9_]+$/;

/** `things` are the names that code gave, `E1` and so on. Pure. */
export function checkCode(body: string, things: readonly string[]): CheckedCode {
  const found: CodeProblem[] = [];
  const lineOf = (node: Node) => wrapped(body).slice(0, node.start).split('\n').length - 1;
  const tell = (node: Node | null, text: string) => {
    if (found.length < problemsMax) found.push({ line: node ? lineOf(node) : 1, text });
  };
  const none = { problems: found, used: [], switched: [] };
  if (body.length > codeMax) {
    tell(null, `It has ${body.length} characters; ${codeMax} are allowed.`);
    return none;
  }
  const tree = parsed(wrapped(body));
  if (!tree) {
    tell(null, 'It is no code that can be read.');
    return none;
  }
  const object = definitionIn(tree);
  if (!object) {
    tell(null, 'It is not the inside of one workflow.');
    return none;
  }
  for (const one of object.properties as Node[]) {
    const name = one.type === 'Property' ? nameOfKey(one) : null;
    if (name === null || !properties.has(name)) tell(one, `${name ?? 'This'} has no place there.`);
  }
  const names = (object.properties as Node[]).map(nameOfKey);
  for (const needed of ['triggers', 'run']) {
    if (!names.includes(needed)) tell(null, `It has no ${needed}.`);
  }
  lookAtParts(object, tell);
  const { names: declared } = declaredIn(tree);
  for (const name of declared) {
    if (thing.test(name)) tell(null, `${name} stands for a thing, and for nothing else.`);
  }
  const known = new Set([...globals, ...things, ...declared]);
  const used = new Set<string>();
  const switched = new Set<string>();
  visit(object, null, { known, tell, used, switched });
  return { problems: found, used: [...used], switched: [...switched] };
}

/** As it stands in the file; line 1 of the body is line 2 here. */
const wrapped = (body: string): string => `export default ({\n${body}\n});`;

function parsed(text: string): Node | null {
  try {
    return parseAst(text, { lang: 'ts' }) as unknown as Node;
  } catch {
    return null;
  }
}

/** The one object of the file; null where what was written ends it early and goes on. */
function definitionIn(program: Node): Node | null {
  const [only, ...more] = program.body as Node[];
  if (more.length > 0 || only?.type !== 'ExportDefaultDeclaration') return null;
  let node = only.declaration as Node;
  while (node.type === 'ParenthesizedExpression') node = node.expression as Node;
  return node.type === 'ObjectExpression' ? node : null;
}

/** Its parts are written out: what is called `ctx` there is it, and has no other name. */
function lookAtParts(object: Node, tell: (node: Node, text: string) => void): void {
  for (const one of object.properties as Node[]) {
    const value = one.value as Node | undefined;
    const name = nameOfKey(one);
    if (name === 'triggers' && value?.type !== 'ArrayExpression') {
      tell(one, 'triggers is a list.');
    } else if (name === 'run') {
      const params = (value?.params ?? []) as Node[];
      const isOne = params.length === 0 || (params.length === 1 && params[0]!.name === 'ctx');
      if (!/Function/.test(value?.type ?? '') || !isOne) tell(one, 'run is async run(ctx) { … }.');
    } else if (name !== 'triggers' && value?.type !== 'Literal') {
      tell(one, 'It is a text, such as "10m".');
    }
  }
}

interface Looking {
  readonly known: ReadonlySet<string>;
  readonly tell: (node: Node, text: string) => void;
  readonly used: Set<string>;
  readonly switched: Set<string>;
}

function visit(node: Node, parent: Node | null, o: Looking): void {
  look(node, parent, o);
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value]) if (isNode(one)) visit(one, node, o);
  }
}

function look(node: Node, parent: Node | null, o: Looking): void {
  const { tell } = o;
  if (shut.has(node.type) || node.type.startsWith('TS')) {
    tell(node, `${node.type} is not for a draft.`);
  } else if (node.type === 'Identifier') {
    lookAtName(node, parent, o);
  } else if (node.type === 'MemberExpression') {
    lookAtMember(node, parent, tell);
  } else if (node.type === 'Property') {
    const name = nameOfKey(node);
    if (node.computed === true || name === null || doors.test(name)) {
      tell(node, 'A name in brackets, or one that leads out, is not for a draft.');
    }
  } else if (node.type === 'CallExpression') {
    lookAtCall(node, o);
  } else if (node.type === 'Literal' || node.type === 'TemplateElement') {
    lookAtText(node, tell);
  }
}

function lookAtName(node: Node, parent: Node | null, o: Looking): void {
  const name = String(node.name);
  if (doors.test(name)) o.tell(node, `${name} leads out.`);
  const isMember = parent?.type === 'MemberExpression' && parent.property === node;
  const isKey = parent?.type === 'Property' && parent.key === node && parent.value !== node;
  if (isMember || isKey) return;
  if (thing.test(name) && o.known.has(name)) o.used.add(name);
  if (!o.known.has(name)) o.tell(node, `${name} is not known here.`);
  if (
    name === 'ctx' &&
    parent?.type !== 'MemberExpression' &&
    !/Function/.test(parent?.type ?? '')
  ) {
    o.tell(node, 'ctx can be used, and not handed on.');
  }
}

function lookAtMember(node: Node, parent: Node | null, tell: Looking['tell']): void {
  const { computed, property } = node as unknown as { computed: boolean; property: Node };
  if (computed && !(property.type === 'Literal' && typeof property.value === 'number')) {
    tell(node, 'A name in brackets is not for a draft; .at() takes a place.');
  }
  const name = dotted(node);
  if (!name?.startsWith('ctx.') || name.startsWith('ctx.trigger')) return;
  const isCalled = parent?.type === 'CallExpression' && parent.callee === node;
  const goesOn = parent?.type === 'MemberExpression' && parent.object === node;
  const isGroup = name === 'ctx.home' || name === 'ctx.store';
  const isFine = calls.has(name) ? isCalled : isGroup ? goesOn : plainParts.has(name);
  if (!isFine) tell(node, `${name} is not for a draft, or not in this way.`);
}

/** An Action says in plain words what it is, of things that code named. */
function lookAtCall(node: Node, { tell, known, switched }: Looking): void {
  const call = dotted(node.callee);
  if (call !== 'ctx.act' && call !== 'ctx.alert') return;
  const [given] = node.arguments as Node[];
  const parts = given?.type === 'ObjectExpression' ? (given.properties as Node[]) : [];
  const keys = parts.map(nameOfKey);
  if (keys.length === 0 || keys.includes(null) || new Set(keys).size < keys.length) {
    tell(node, `${call} takes an object that is written out, each name once.`);
  }
  // A button would do what was not read here.
  if (call === 'ctx.alert' && keys.includes('action')) tell(node, 'An alert has no action here.');
  if (call === 'ctx.alert') return;
  const part = (name: string) => parts.find((one) => nameOfKey(one) === name)?.value;
  for (const name of ['domain', 'action']) {
    const value = part(name);
    if (!isNode(value) || value.type !== 'Literal')
      tell(node, `ctx.act needs its ${name} as a text.`);
  }
  const entities = part('entities');
  const listed =
    isNode(entities) && entities.type === 'ArrayExpression' ? (entities.elements as Node[]) : [];
  if (listed.length === 0) tell(node, 'ctx.act needs a list of things.');
  for (const one of listed) {
    const name = isNode(one) && one.type === 'Identifier' ? String(one.name) : '';
    if (thing.test(name) && known.has(name)) switched.add(name);
    else tell(node, 'ctx.act may name only the things it was given.');
  }
}

/** Texts are read by people: no address, no markup; a thing is never named by its id. */
function lookAtText(node: Node, tell: Looking['tell']): void {
  if (node.regex !== undefined) tell(node, 'Patterns are not for a draft.');
  const { value } = node;
  const text =
    typeof value === 'string' ? value : String((value as { cooked?: string })?.cooked ?? '');
  if (node.type === 'Literal' && typeof value !== 'string') return;
  if (entityId.test(text)) tell(node, 'Things are named E1, E2, …: their ids are put in by code.');
  if (
    /[<>[\]\\]|:\/\/|www\./i.test(text) ||
    together(bare(text)) !== together(forPeople(bare(text), 2000))
  ) {
    tell(node, 'A text holds an address or markup.');
  }
}

/** What is no more than written apart is no address: `alert:front`. */
const together = (text: string): string => text.replaceAll(': ', ':');

/** Signs that a key may hold, and that no text for people keeps. */
const bare = (text: string): string => plain(text.replace(/[`*_#>|{}]+/g, ' '), 2000);

function nameOfKey({ key }: Node): string | null {
  if (!isNode(key)) return null;
  if (key.type === 'Identifier') return String(key.name);
  return key.type === 'Literal' ? String(key.value) : null;
}
