import { isError } from '@tomte/sdk/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mintToken } from './testing/mint.ts';
import { readToken, tokenFacts } from './token.ts';

const now = Date.UTC(2026, 10, 22, 12);
const day = 86_400;
const good = mintToken({ iat: now / 1000 - day, exp: now / 1000 + 3649.5 * day });

test.each([
  ['as it is', good],
  ['with Bearer', `Bearer ${good}`],
  ['with the whole header', `Authorization: Bearer ${good}`],
  ['in quotes', `"${good}"`],
  ['in typographic quotes', `“${good}”`],
  ['broken over lines', `${good.slice(0, 60)}\r\n  ${good.slice(60, 120)}\n${good.slice(120)}\n`],
  ['with zero-width marks', `\u200b${good.slice(0, 10)}\u200d${good.slice(10)}\ufeff`],
])('a token pasted %s is understood', (_how, text) => {
  expect(readToken(text, now).reveal()).toBe(good);
});

test('its times are read from itself', () => {
  expect(tokenFacts(readToken(good, now), now)).toEqual({
    issuedAt: '2026-11-21T12:00:00.000Z',
    expiresAt: '2036-11-19T00:00:00.000Z',
    daysLeft: 3649,
  });
});

test.each([[''], ['   '], ['Bearer '], ['""']])('%j is a missing token', (text) => {
  expect(() => readToken(text, now)).toThrow(
    expect.objectContaining({ code: 'link.token_missing' }),
  );
});

test.each([
  ['cut off at the end', good.split('.').slice(0, 2).join('.')],
  ['cut off at the beginning', good.slice(30)],
  ['cut off in the last part', good.slice(0, -5)],
  ['a password', 'hunter2-hunter2'],
  ['three parts of nothing', 'aaa.bbb.ccc'],
  ['a token of another program', mintToken({ iss: undefined })],
  ['with a time that is no number', mintToken({ exp: 'soon' })],
  ['with a time past all calendars', mintToken({ exp: 1e18 })],
  ['far too long', `${good}${'a'.repeat(9000)}`],
])('%s is malformed', (_what, text) => {
  expect(() => readToken(text, now)).toThrow(
    expect.objectContaining({ code: 'link.token_malformed' }),
  );
});

test('an ended token is known as such, with ten seconds of leeway', () => {
  const ended = mintToken({ exp: now / 1000 });
  expect(() => readToken(ended, now + 9_000)).not.toThrow();
  expect(() => readToken(ended, now + 11_000)).toThrow(
    expect.objectContaining({ code: 'link.token_expired' }),
  );
});

test('no error repeats a piece of the token', () => {
  for (const text of [good.slice(30), mintToken({ exp: 1 }), `${good}.${good}`]) {
    try {
      readToken(text, now);
      expect.unreachable();
    } catch (error) {
      const shown =
        JSON.stringify(error) + String((error as Error).stack) + String((error as Error).cause);
      for (const part of text.split('.')) expect(shown).not.toContain(part.slice(0, 16));
    }
  }
});

test('whatever is pasted, it is a token or refused as one', () => {
  const part = fc.oneof(
    fc.base64String(),
    fc.json().map((j) => Buffer.from(j).toString('base64url')),
  );
  const text = fc.oneof(
    fc.string(),
    fc.tuple(part, part, part).map((p) => p.join('.')),
  );
  fc.assert(
    fc.property(text, (pasted) => {
      try {
        tokenFacts(readToken(pasted, now), now);
      } catch (error) {
        if (!isError(error, 'link.token_missing', 'link.token_malformed', 'link.token_expired'))
          throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
