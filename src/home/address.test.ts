import { isError } from '@tomte/sdk/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { originOf, parseAddress } from './address.ts';

const doors = (text: string, port?: number) => {
  const target = parseAddress(text, port);
  return target.candidates.map((door) => originOf(target.host, door));
};
const threeDoors = (host: string) => [`http://${host}:8123`, `http://${host}`, `https://${host}`];

test.each([
  ['192.168.1.20', threeDoors('192.168.1.20')],
  ['  192.168.1.20 \n', threeDoors('192.168.1.20')],
  ['"192.168.1.20"', threeDoors('192.168.1.20')],
  ['fd00::20', threeDoors('[fd00::20]')],
  ['[FD00::20]', threeDoors('[fd00::20]')],
  ['HomeAssistant.Local', threeDoors('homeassistant.local')],
  ['homeassistant', threeDoors('homeassistant')],
  ['http://homeassistant.local/lovelace/0', threeDoors('homeassistant.local')],
  ['[fd00::20]:8124', ['http://[fd00::20]:8124']],
  ['192.168.1.20:8124/', ['http://192.168.1.20:8124']],
  ['http://192.168.1.20:8123/lovelace/0?a=b#c', ['http://192.168.1.20:8123']],
  ['ws://192.168.1.20:8123/api/websocket', ['http://192.168.1.20:8123']],
  ['https://home.example.org/', ['https://home.example.org']],
  ['HTTPS://Home.Example.org:8443', ['https://home.example.org:8443']],
  ['home.example.org:443', ['https://home.example.org']],
  ['home.example.org.', threeDoors('home.example.org')],
  ['abc123.ui.nabu.casa', ['https://abc123.ui.nabu.casa']],
  ['http://abc123.ui.nabu.casa/lovelace', ['https://abc123.ui.nabu.casa']],
  ['https://bücher.example', ['https://xn--bcher-kva.example']],
  ['\u200bhome.example.org\u200b', threeDoors('home.example.org')],
])('%s is understood', (text, expected) => {
  expect(doors(text)).toEqual(expected);
});

test('the Port field is used, and may repeat what the address says', () => {
  expect(doors('192.168.1.20', 8124)).toEqual(['http://192.168.1.20:8124']);
  expect(doors('192.168.1.20:8124', 8124)).toEqual(['http://192.168.1.20:8124']);
  expect(doors('https://home.example.org', 8443)).toEqual(['https://home.example.org:8443']);
});

test('a path is left out, and said so', () => {
  expect(parseAddress('http://homeassistant.local:8123/lovelace/0').pathLeftOut).toBe(true);
  expect(parseAddress('http://homeassistant.local:8123/').pathLeftOut).toBe(false);
});

test.each([
  [''],
  ['   '],
  ['ftp://192.168.1.20'],
  ['javascript:alert(1)'],
  ['file:///etc/passwd'],
  ['http:192.168.1.20'],
  ['192.168.1'],
  ['192.168.1.300'],
  ['3232235796'],
  ['192.168.1.20:0'],
  ['192.168.1.20:70000'],
  ['192.168.1.20:http'],
  ['0.0.0.0'],
  ['255.255.255.255'],
  ['224.0.0.251'],
  ['fd00::zz'],
  ['[fd00::20'],
  ['fe80::1%eth0'],
  ['my home'],
  ['home..example.org'],
  ['-home.example.org'],
  ['http://'],
  ['https://abc.ui.nabu.casa:8123'],
])('%j is refused', (text) => {
  expect(() => parseAddress(text)).toThrow(
    expect.objectContaining({ code: 'link.address_invalid' }),
  );
});

test('a password in the address is refused and not repeated', () => {
  try {
    parseAddress('http://maja:hunter2secret@192.168.1.20:8123');
    expect.unreachable();
  } catch (error) {
    expect(isError(error, 'link.address_invalid')).toBe(true);
    expect(JSON.stringify(error)).not.toContain('hunter2secret');
  }
});

test('two ports that contradict each other are refused', () => {
  expect(() => parseAddress('192.168.1.20:8123', 8124)).toThrow(/8124/);
});

test('whatever is typed, it is an address or refused as one', () => {
  const piece = fc.constantFrom(
    'http://',
    'https://',
    ':',
    '[',
    ']',
    '/',
    '@',
    '.',
    '8123',
    '::1',
    'a',
    '%',
    '\\',
    ' ',
  );
  const typed = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(piece).map((p) => p.join('')),
    fc.webUrl(),
  );
  fc.assert(
    fc.property(typed, fc.option(fc.integer(), { nil: undefined }), (text, port) => {
      try {
        const target = parseAddress(text, port);
        expect(target.candidates.length).toBeGreaterThan(0);
        for (const door of target.candidates)
          expect(() => new URL(originOf(target.host, door))).not.toThrow();
      } catch (error) {
        if (!isError(error, 'link.address_invalid')) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
