/** Which IP addresses a program of a person's may be sent to. Pure: names are resolved elsewhere. */
import ipaddr from 'ipaddr.js';

type Ip = ReturnType<typeof ipaddr.parse>;

/** `unicast` is the public internet; null for what is no IP address. An IPv4 address in IPv6 clothes counts as itself. */
export const rangeOf = (address: string): string | null =>
  ipaddr.isValid(address) ? rangeOfIp(plain(ipaddr.parse(address))) : null;

/** Words of an allow list that stand for many addresses. */
const groups: Readonly<Record<string, readonly string[]>> = {
  private: ['private', 'uniqueLocal', 'carrierGradeNat'],
  loopback: ['loopback'],
};

/** Where clouds hand out the machine's own credentials: no group lets them through. */
const neverInGroup = new Set(['169.254.169.254', '100.100.100.200', '168.63.129.16']);
const neverInGroup6 = ipaddr.IPv6.parseCIDR('fd00:ec2::/32');

/** IPv4 as 127.1, 0x7f.0.0.1 or 2130706433 is not an entry, though a URL would take it. */
export function isAllowEntry(entry: string): boolean {
  if (entry in groups || ipaddr.isValidCIDR(entry)) return true;
  if (ipaddr.IPv6.isValid(entry) || ipaddr.IPv4.isValidFourPartDecimal(entry)) return true;
  return (
    /^(?=.{1,253}$)[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(entry) && !/(^|\.)[\dx.]+$/i.test(entry)
  );
}

/**
 * Why a host's address is refused, in a few words, or null when it may be reached. Public addresses
 * may be; others only by an entry of the list: a group, an address, a range, or the host's name.
 */
export function addressFault(
  address: string,
  o: { readonly host: string; readonly allow: readonly string[] },
): string | null {
  if (!ipaddr.isValid(address)) return 'what it resolves to is no IP address';
  const ip = plain(ipaddr.parse(address));
  const range = rangeOfIp(ip);
  const metadata = isMetadata(ip);
  if (range === 'unicast' && !metadata) return null;
  const isNamed = o.allow.some((entry) => names(entry, ip, o.host));
  const isGrouped = o.allow.some((entry) => groups[entry]?.includes(range));
  if (isNamed || (isGrouped && !metadata)) return null;
  return metadata
    ? 'where clouds keep credentials'
    : (words[range] ?? `in a special range (${range})`);
}

const words: Readonly<Record<string, string>> = {
  loopback: 'this computer itself',
  unspecified: 'this computer itself',
  private: 'in a private network',
  uniqueLocal: 'in a private network',
  carrierGradeNat: 'in a network shared by a provider',
  linkLocal: 'on the link itself',
  multicast: 'not one computer',
  broadcast: 'not one computer',
};

/** A name lets its host into a private network, never onto the link or to this computer: rebinding could lead there. */
function names(entry: string, ip: Ip, host: string): boolean {
  if (entry in groups) return false;
  if (ipaddr.isValidCIDR(entry)) {
    const [network, bits] = ipaddr.parseCIDR(entry);
    return network.kind() === ip.kind() && ip.match(network as never, bits);
  }
  if (ipaddr.isValid(entry)) {
    return plain(ipaddr.parse(entry)).toNormalizedString() === ip.toNormalizedString();
  }
  const isHost = entry.toLowerCase() === host.toLowerCase().replace(/\.$/, '');
  return isHost && groups.private!.includes(rangeOfIp(ip));
}

function isMetadata(ip: Ip): boolean {
  if (ip.kind() === 'ipv4') return neverInGroup.has(ip.toString());
  return (ip as ipaddr.IPv6).match(neverInGroup6);
}

/** The IPv4 address that an IPv6 one stands for: mapped (::ffff:…), compatible (::…), NAT64 (64:ff9b::…). */
function plain(ip: Ip): Ip {
  if (ip.kind() === 'ipv4') return ip;
  const parts = (ip as ipaddr.IPv6).parts;
  const prefix = parts.slice(0, 6).join();
  const isEmbedded = ['0,0,0,0,0,65535', '0,0,0,0,0,0', '100,65435,0,0,0,0'].includes(prefix);
  const [high, low] = [parts[6]!, parts[7]!];
  // ::, ::1 and their like are addresses of IPv6's own.
  if (!isEmbedded || (prefix === '0,0,0,0,0,0' && high === 0)) return ip;
  return ipaddr.fromByteArray([high >> 8, high & 255, low >> 8, low & 255]);
}

/** Of IPv6 only 2000::/3 is the public internet, and in it not what tunnels to an IPv4 address. */
function rangeOfIp(ip: Ip): string {
  const range = ip.range();
  if (ip.kind() === 'ipv4' || range !== 'unicast') return range;
  const { parts } = ip as ipaddr.IPv6;
  const isTunnel = parts[5] === 0x5efe && (parts[4]! & ~0x200) === 0;
  return parts[0]! >> 13 === 1 && !isTunnel ? 'unicast' : 'reserved';
}
