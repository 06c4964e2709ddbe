import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorTable, warningTable } from '@tomte/sdk/errors';
import { parse } from 'svelte/compiler';
import { expect, test } from 'vitest';

// The words of the screen: what people read keeps to them; code, wire and command line have their own.
const forbidden: readonly (readonly [word: RegExp, say: string])[] = [
  [/\bHA\b|\bhass\b|hass\.io/i, 'Home Assistant'],
  [/\badd-?on\b/i, 'app'],
  [/\binstance\b/i, 'Home Assistant'],
  [/\bconnection established\b|(?<!Its )\bintegrations?\b/i, 'link, linked'],
  [/\bautomations?\b|\bjobs?\b|\btasks?\b|\bexecutions?\b/i, 'workflow, run, step'],
  [/\bnormal(?! user)|\bbaseline\b|\bexpected value\b/i, 'usual'],
  [/\banomal|\boutlier|\bdeviation/i, 'unusual'],
  [/\bdeferrable\b|\boptimi[sz]ed\b/i, 'waits until'],
  [/\bcommand sent\b|\bsuccessful(ly)?\b/i, 'asked, confirmed'],
  [/\bbacktest/i, 'try on the past'],
  [/\bshadow mode\b|\bdry[- ]run\b/i, 'watch only'],
  [/\bpermissions?\b|\bscopes?\b|\bguardrail/i, 'may switch'],
  [/\bpending approval\b/i, 'needs your yes'],
  [/\bsnooz|\bmuted?\b|\bsuppress/i, 'quiet until'],
  [/\backnowledg/i, 'seen'],
  [/\bresolved\b|\bcleared\b/i, 'over'],
  [/\binsufficient\b/i, 'not sure yet'],
  [/\boops\b|\bplease\b|\bsorry\b/i, 'nothing'],
  [/!(?!=)/, 'a full stop'],
];

const faults = (text: string): string[] =>
  forbidden
    .filter(([word]) => word.test(text))
    .map(([word, say]) => `${word}: say ${say}: ${text}`);

const web = fileURLToPath(new URL('../web/src/', import.meta.url));
const files = readdirSync(web, { recursive: true, encoding: 'utf8' });
const spoken = new Set([
  'aria-label',
  'title',
  'placeholder',
  'alt',
  'label',
  'what',
  'nothing',
  'word',
]);

/** Every text of a component that a person reads, or hears. */
function texts(source: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown, reads: boolean): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const each of node) visit(each, reads);
      return;
    }
    const { type, name, data, value } = node as Record<string, unknown>;
    if (type === 'ImportDeclaration' || type === 'StyleSheet') return;
    if (type === 'Text' && reads && typeof data === 'string') found.push(data);
    if (type === 'Literal' && typeof value === 'string' && isSentence(value)) found.push(value);
    if (type === 'TemplateElement') {
      const cooked = (value as { cooked?: string }).cooked ?? '';
      if (isSentence(cooked)) found.push(cooked);
    }
    const inside = type === 'Attribute' ? spoken.has(String(name)) : reads;
    for (const [key, child] of Object.entries(node))
      if (key !== 'css' && key !== 'metadata') visit(child, inside);
  };
  visit(parse(source, { modern: true }), true);
  return found.map((text) => text.replaceAll(/\s+/g, ' ').trim()).filter(Boolean);
}

const isSentence = (text: string): boolean => /[A-Za-z’]{2,} [A-Za-z’]/.test(text);

test.each(files.filter((file) => file.endsWith('.svelte')))('%s speaks plainly', (file) => {
  expect(texts(readFileSync(web + file, 'utf8')).flatMap(faults)).toEqual([]);
});

test('the words of the app outside its pages are plain too', () => {
  const sentences = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => readFileSync(web + file, 'utf8').split('\n'))
    .filter((line) => !/^\s*(\/?\*|\/\/|import )/.test(line))
    .flatMap((line) => [...line.matchAll(/'([^'\\]*)'|`([^`]*)`/g)])
    .map(([, plain, template]) => (plain ?? template ?? '').replaceAll(/\$\{[^}]*\}/g, '…'))
    .filter(isSentence);
  expect(sentences.length).toBeGreaterThan(20);
  expect(sentences.flatMap(faults)).toEqual([]);
});

test('what errors and warnings advise is plain', () => {
  const advice = [
    ...Object.values(errorTable).map((row) => row.hint),
    ...Object.values(warningTable),
  ];
  expect(advice.flatMap(faults)).toEqual([]);
});

test('a word that does not belong is found', () => {
  expect(texts('<p>An anomaly was successfully resolved</p>').flatMap(faults)).toHaveLength(3);
});
