import { describe, expect, test } from 'vitest';
import { addressFault, isAllowEntry, rangeOf } from './addresses.ts';

const fault = (address: string, allow: readonly string[] = [], host = 'example.org') =>
  addressFault(address, { host, allow });

describe('an address', () => {
  test.each([
    ['127.0.0.1', 'this computer itself'],
    ['127.8.9.10', 'this computer itself'],
    ['0.0.0.0', 'this computer itself'],
    ['0.1.2.3', 'this computer itself'],
    ['10.0.0.1', 'in a private network'],
    ['172.31.255.255', 'in a private network'],
    ['192.168.1.20', 'in a private network'],
    ['100.64.0.1', 'in a network shared by a provider'],
    ['169.254.1.1', 'on the link itself'],
    ['169.254.169.254', 'where clouds keep credentials'],
    ['168.63.129.16', 'where clouds keep credentials'],
    ['224.0.0.251', 'not one computer'],
    ['255.255.255.255', 'not one computer'],
    ['240.0.0.1', 'in a special range (reserved)'],
    ['192.0.2.1', 'in a special range (reserved)'],
    ['198.18.0.1', 'in a special range (reserved)'],
    ['::1', 'this computer itself'],
    ['::', 'this computer itself'],
    ['::127.0.0.1', 'this computer itself'],
    ['::ffff:127.0.0.1', 'this computer itself'],
    ['::ffff:7f00:1', 'this computer itself'],
    ['::ffff:169.254.169.254', 'where clouds keep credentials'],
    ['::ffff:0:127.0.0.1', 'in a special range (rfc6145)'],
    ['64:ff9b::7f00:1', 'this computer itself'],
    ['64:ff9b::a00:1', 'in a private network'],
    ['64:ff9b:1::7f00:1', 'in a special range (rfc6052)'],
    ['2002:7f00:1::', 'in a special range (6to4)'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'in a special range (teredo)'],
    ['2a00::5efe:7f00:1', 'in a special range (reserved)'],
    ['2a00::200:5efe:7f00:1', 'in a special range (reserved)'],
    ['fe80::1', 'on the link itself'],
    ['fec0::1', 'in a special range (deprecatedSiteLocal)'],
    ['fd12:3456::1', 'in a private network'],
    ['fd00:ec2::254', 'where clouds keep credentials'],
    ['ff02::1', 'not one computer'],
    ['100::1', 'in a special range (discard)'],
    ['2001:db8::1', 'in a special range (reserved)'],
    ['4000::1', 'in a special range (reserved)'],
    ['example', 'what it resolves to is no IP address'],
  ])('%s is refused: %s', (address, words) => {
    expect(fault(address)).toBe(words);
  });

  test.each(['8.8.8.8', '93.184.215.14', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    '%s may be reached',
    (address) => expect(fault(address)).toBeNull(),
  );
});

describe('an allow list', () => {
  test('names groups, addresses and ranges, in whatever clothes they come', () => {
    expect(fault('192.168.1.20', ['private'])).toBeNull();
    expect(fault('fd12::1', ['private'])).toBeNull();
    expect(fault('::ffff:10.0.0.1', ['private'])).toBeNull();
    expect(fault('127.0.0.1', ['private'])).toBe('this computer itself');
    expect(fault('::1', ['loopback'])).toBeNull();
    expect(fault('192.168.1.20', ['192.168.1.0/24'])).toBeNull();
    expect(fault('::ffff:192.168.1.20', ['192.168.1.20'])).toBeNull();
    expect(fault('192.168.2.20', ['192.168.1.0/24', '192.168.1.20', 'fd00::/8'])).not.toBeNull();
    expect(fault('fd00:1::5', ['fd00:1::5'])).toBeNull();
  });

  test('lets a named host into the private network, and nowhere else', () => {
    expect(fault('192.168.1.20', ['NAS.lan'], 'nas.lan.')).toBeNull();
    expect(fault('192.168.1.20', ['nas.lan'], 'evil.lan')).not.toBeNull();
    expect(fault('127.0.0.1', ['nas.lan'], 'nas.lan')).toBe('this computer itself');
    expect(fault('169.254.1.1', ['nas.lan'], 'nas.lan')).toBe('on the link itself');
  });

  test('opens the credentials of a cloud only to who names their very address', () => {
    expect(fault('100.100.100.200', ['private'])).toBe('where clouds keep credentials');
    expect(fault('fd00:ec2::254', ['private'])).toBe('where clouds keep credentials');
    expect(fault('100.100.100.200', ['100.100.100.200'])).toBeNull();
  });

  test('is made of entries that mean what they say', () => {
    const good = ['private', 'loopback', '10.0.0.0/8', '192.168.1.20', 'fd00::1', 'nas', 'nas.lan'];
    expect(good.filter((entry) => !isAllowEntry(entry))).toEqual([]);
    const bad = [
      '',
      '127.1',
      '2130706433',
      '0x7f.0.0.1',
      '1.2.3.4/40',
      'http://nas',
      'nas:80',
      'a b',
    ];
    expect(bad.filter(isAllowEntry)).toEqual([]);
  });
});

test('a range is that of the address meant', () => {
  expect(rangeOf('::ffff:127.0.0.1')).toBe('loopback');
  expect(rangeOf('8.8.8.8')).toBe('unicast');
  expect(rangeOf('localhost')).toBeNull();
});
