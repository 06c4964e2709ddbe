import { expect, test } from 'vitest';
import { checkCode, codeMax } from './code-check.ts';

const things = ['E1', 'E2'];
const check = (body: string) => checkCode(body, things);
const run = (inside: string) =>
  check(`triggers: [{ time: { at: '06:30' } }],\nasync run(ctx) {\n${inside}\n},`);

const washer = `  triggers: [{ state: { entity: E1, below: 5, for: '5m' } }],
  async run(ctx) {
    const before = Number((await ctx.home.state(E1))?.state ?? 0);
    await ctx.alert({
      key: 'washer_done', title: 'The washing machine is done', severity: 'today',
      text: \`It draws \${before.toFixed(1)} W.\`, since: ctx.now(), entities: [E1],
    });
    for (const times of [1, 2]) {
      if (Math.max(times, 1) > 1) await ctx.act({ domain: 'switch', action: 'turn_off', entities: [E2], data: {} });
    }
    const { met } = await ctx.until({ entity: E1, above: 5 }, { timeout: '2h' });
    return met ? 'on again' : 'off';
  },`;

test('a workflow of the calls it was given holds; what it names and would switch is read from it', () => {
  expect(check(washer)).toEqual({ problems: [], used: ['E1', 'E2'], switched: ['E2'] });
});

test.each<[string, string]>([
  ['an import', "const fs = await import('node:fs');"],
  ['the way out of a value', "[].filter.constructor('return process')();"],
  ['the same, in brackets', "const k = 'con' + 'structor'; [][k][k]('return 1')();"],
  ['the same, taken apart', 'const { constructor: made } = ctx.now; made("return 1")();'],
  ['the same, by a computed name', 'const { ["constructor"]: made } = Math;'],
  ['a name of the process', 'process.exit(1);'],
  ['a name of the whole', "globalThis.fetch('x');"],
  ['code in a text', "eval('1');"],
  ['a function made of a text', "Function('return 1')();"],
  ['something new', 'new Error("x");'],
  ['this', 'this.x = 1;'],
  ['a class', 'class A {}'],
  ['a call it was not given', "await ctx.fetch('https' + ':' + 'x');"],
  ['another workflow', "await ctx.call('other');"],
  ['a step of its own', "await ctx.step('x', () => 1);"],
  ['ctx, handed on', 'const all = ctx; await all.fetch("x");'],
  ['ctx, spread', 'const all = { ...ctx };'],
  ['ctx, as a default', 'const go = (c = ctx) => c.now(); go();'],
  ['the home, handed on', 'const { home } = ctx; home.states({ domain: "lock" });'],
  ['a thing by its id', "await ctx.home.state('lock.front_door');"],
  ['a thing it was not given', 'await ctx.home.state(E9);'],
  [
    'an Action of a thing by its id',
    "await ctx.act({ domain: 'lock', action: 'unlock', entities: ['lock.front_door'], data: {} });",
  ],
  [
    'an Action of a name of its own',
    "const E1 = 'x'; const all = [E1]; await ctx.act({ domain: 'lock', action: 'unlock', entities: all, data: {} });",
  ],
  [
    'an Action that is not written out',
    'const action = { domain: "lock" }; await ctx.act(action);',
  ],
  [
    'an Action of a domain that is made up',
    'await ctx.act({ domain: "lo" + "ck", action: "unlock", entities: [E1], data: {} });',
  ],
  [
    'an Action with more spread into it',
    'const more = { entities: ["lo" + "ck.front_door"] }; await ctx.act({ domain: "lock", action: "unlock", entities: [E1], data: {}, ...more });',
  ],
  [
    'an Action that says its things twice',
    'await ctx.act({ domain: "lock", action: "unlock", entities: [E1], data: {}, entities: ["lo" + "ck.x"] });',
  ],
  [
    'a button that does an Action',
    'await ctx.alert({ key: "a", title: "x", text: "", severity: "now", since: 0, entities: [], action: { label: "Go", action: {} } });',
  ],
  ['an alert from elsewhere', 'const news = { key: "a" }; await ctx.alert(news);'],
  ['outside facts', 'await ctx.facts("weather");'],
  ['an Action, kept', 'const act = ctx.act; await act({});'],
  ['the home, kept', 'const home = ctx.home; await home.states({});'],
  ['a thing under a name of its own', 'const E2 = "lo" + "ck.front_door"; await ctx.log(E2);'],
  ['an Action under another name', 'const { act } = ctx; await act({});'],
  [
    'a link in a text',
    "await ctx.alert({ key: 'a', title: 'See https://evil.example', text: '', severity: 'now', since: 0, entities: [] });",
  ],
  ['a link in a template', 'ctx.log(`see www.evil.example/x`);'],
  ['a picture', "ctx.log('![x](y)');"],
  ['markup', "ctx.log('<b>x</b>');"],
  ['a pattern', '/(a+)+$/.test("aaaa");'],
  ['a tag of a template', 'String.raw`x`;'],
  ['a type', 'const x: string = "";'],
])('refused: %s', (_what, inside) => {
  expect(run(inside).problems.length).toBeGreaterThan(0);
});

test.each<[string, string]>([
  ['what ends the object and goes on', 'triggers: [], async run() {} }); process.exit(1); ({'],
  ['a second export', 'triggers: [], async run() {} }); export const x = ({'],
  ['a title of its own', "title: 'x', triggers: [], async run() {},"],
  ['wishes of its own', 'wants: () => [E1], triggers: [], async run() {},'],
  ['something spread', '...{}, triggers: [], async run() {},'],
  ['ctx under another name', "triggers: [], async run(c) { await c.fetch('x'); },"],
  ['ctx, taken apart', 'triggers: [], async run({ fetch }) { await fetch("x"); },'],
  ['a run from elsewhere', 'triggers: [], run: Math.max,'],
  ['triggers that are made', 'triggers: (s) => s.x, async run(ctx) {},'],
  ['no run', 'triggers: [],'],
  ['no code', 'I am sorry, I cannot do that.'],
  ['nothing', ''],
  ['too much', `// ${'x'.repeat(codeMax)}`],
])('refused: %s', (_what, body) => {
  expect(check(body).problems.length).toBeGreaterThan(0);
});

test('a problem says its line, in what the model wrote', () => {
  expect(check('triggers: [],\nasync run(ctx) {\n  process.exit(1);\n},').problems[0]).toEqual({
    line: 3,
    text: 'process is not known here.',
  });
});
