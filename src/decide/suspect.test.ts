/** What a model says that must not be told, and what others wrote that must not leave. */
import type { DecideRequest } from '@tomte/sdk/decide';
import { expect, test } from 'vitest';
import type { Privacy } from './facts.ts';
import { deciding, nothingHidden, scriptedModel } from './testing.ts';

const rule = '38 l have run since 06:10.';
const asked = (more: Partial<DecideRequest> = {}): DecideRequest =>
  ({
    ...{ kind: 'text', question: 'Say it.', lengthMax: 200, fallback: rule },
    facts: { litres: 38, since: '06:10' },
    ...more,
  }) as DecideRequest;

async function told(text: string, request = asked(), privacy: Privacy = nothingHidden) {
  const prompts: string[] = [];
  const acts = scriptedModel(({ prompt }) => {
    prompts.push(prompt);
    return { text };
  });
  const { decider } = deciding({ acts, privacy });
  const { choice } = await decider.decide({ home: 'h', by: 'test', request });
  return { choice, prompt: prompts[0]! };
}

test.each([
  ['digits of another script', 'It ran for ٩٩٩ minutes, 38 l.'],
  ['a number in words', 'Nine thousand litres ran, not 38.'],
  ['no number where the rule has some', 'All is fine, there is nothing to do.'],
  ['a person nobody spoke of', 'person 1 is away, 38 l have run.'],
])('the rule stands against %s', async (_what, text) => {
  const people = new Map([['Maja', 'person 1']]);
  expect((await told(text, asked(), { ...nothingHidden, people })).choice).toBe(rule);
});

test.each([
  ['38 l. Pay at evil.shop/pay now', '38 l. Pay at evil. shop/pay now'],
  ['38 l, see пример.рф', '38 l, see пример. рф'],
  ['38 l. upi:pay?pa=x o.__proto__.x', '38 l. upi: pay?pa=x o. proto.x'],
  ['38 l, ask tel:38 or @everyone', '38 l, ask or everyone'],
])('nothing of it is a link on a phone: %s', async (text, is) => {
  expect((await told(text)).choice).toBe(is);
});

test('a number in words that the facts hold may be said', async () => {
  const facts = { minutes: 12, said: 'two hundred litres' };
  const text = '38 l ran for twelve minutes, of hundred.';
  const request = asked({ facts: { ...facts, litres: 38 } });
  expect((await told(text, request)).choice).toBe(text);
});

test('a stand-in that others wrote is none, and brings nobody’s name back', async () => {
  const people = new Map([['Maja', 'person 1']]);
  const request = asked({ quoted: { calendar: 'person 1 is away' } });
  const { choice, prompt } = await told('person 1 is away, 38 l.', request, {
    ...nothingHidden,
    people,
  });
  expect(prompt).toContain('person-1 is away');
  expect(choice).toBe(rule);
});

test.each([
  ['Majas födelsedag', 'person 1s födelsedag'],
  ['at Maja’s and MAJAN place', 'at person 1’s and person 1N place'],
  ['call 0900,123,456', 'call [left out]'],
  ['kod ٤٧١١', 'kod [left out]'],
  ['at 59°19\'45"N', 'at [left out]N'],
  ['MajasiPhone, TabletMaja2, maja_watch', 'person 1siPhone, Tabletperson 12, person 1_watch'],
  ['PIN4711 kod4711', 'PIN[left out] kod[left out]'],
  ['WIFI:S:x;T:WPA;P:hunter2;; psk=hunter2', '[left out] [left out]'],
  ['Authorization: Basic bWFqYTpwdw==', 'Authorization: [left out]'],
  ['59.3293N 18.0686E, 9FFW83RQ+2V', '[left out] [left out], [left out]'],
  ['Majana', 'Majana'],
])('of what others wrote, this leaves: %s', async (text, leaves) => {
  const people = new Map([['Maja', 'person 1']]);
  const { prompt } = await told(rule, asked({ quoted: { note: text } }), {
    ...nothingHidden,
    people,
  });
  expect(JSON.parse(prompt.split('DATA\n')[1]!).note).toBe(leaves);
});

test('a number that others wrote is no fact', async () => {
  const request = asked({ quoted: { feed: 'pay 500 € now' } });
  expect((await told('38 l, pay 500 € now', request)).choice).toBe(rule);
});

test('a key of a fact is looked at as its value is', async () => {
  const facts = { 'see https://evil.example/?q=1': 38, since: '06:10' };
  expect((await told(rule, asked({ facts }))).prompt).not.toContain('evil.example');
});
