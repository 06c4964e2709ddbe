import { isIP, isIPv6 } from 'node:net';
import { TomteError } from '@tomte/sdk/errors';

export type Scheme = 'http' | 'https';

/** One door to knock at. `fixed` is false where the person did not say which of http and https it speaks. */
export interface Candidate {
  readonly scheme: Scheme;
  readonly port: number;
  readonly fixed: boolean;
}

/** What a typed address means: the host without brackets, and the doors in the order to try them. */
export interface Target {
  readonly host: string;
  readonly candidates: readonly Candidate[];
  /** A Remote UI address of Home Assistant Cloud: an encryption that breaks off means the home is away. */
  readonly cloud: boolean;
  /** True when a path stood behind the address and was left out. */
  readonly pathLeftOut: boolean;
}

/**
 * Reads an address as people type and paste it.
 *
 * @param port what stands under Port; it may repeat the address's own port, not contradict it.
 * @throws TomteError `link.address_invalid`; the message never repeats a text that may hold a password.
 */
export function parseAddress(text: string, port?: number): Target {
  const cleaned = clean(text);
  if (cleaned === '') throw invalid('No address was typed.');
  const { scheme, rest } = splitScheme(cleaned);
  const end = rest.search(/[/?#\\]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  if (authority.includes('@')) {
    throw invalid('The address holds a user name or password. Leave out everything before the @.');
  }
  const { host, port: typedPort } = splitPort(authority);
  const name = normalHost(host);
  const chosen = samePort(typedPort, port);
  const cloud = name.endsWith('.ui.nabu.casa');
  if (cloud && chosen !== null && chosen !== 443) {
    throw invalid('A Home Assistant Cloud address has no other port than 443. Leave Port empty.');
  }
  return {
    host: name,
    candidates: candidatesFor(cloud ? 'https' : scheme, chosen),
    cloud,
    pathLeftOut: end !== -1 && rest.slice(end).length > 1,
  };
}

/** `http://192.168.1.20:8123`: scheme, host and port, the port left out where the scheme says it. */
export function originOf(host: string, door: { scheme: Scheme; port: number }): string {
  return `${door.scheme}://${hostHeader(host, door)}`;
}

/** Value of the Host header: brackets round an IPv6 address, no default port. */
export function hostHeader(host: string, door: { scheme: Scheme; port: number }): string {
  const shown = isIPv6(host) ? `[${host}]` : host;
  const usual = door.scheme === 'https' ? 443 : 80;
  return door.port === usual ? shown : `${shown}:${door.port}`;
}

const invalid = (message: string) => new TomteError('link.address_invalid', message);

// Zero-width marks and the quotes of chat programs come along with what people copy.
function clean(text: string): string {
  return text
    .replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF\u00AD]/g, '')
    .trim()
    .replace(/^[<"'`“”‘’«»(\s]+|[>"'`“”‘’«»)\s,;]+$/g, '');
}

function splitScheme(text: string): { scheme: Scheme | null; rest: string } {
  const found = /^([a-z][a-z0-9+.-]*):\/\/+/i.exec(text);
  if (!found) {
    if (/^(https?|wss?):/i.test(text)) throw invalid('Behind http: or https: two slashes belong.');
    return { scheme: null, rest: text };
  }
  const rest = text.slice(found[0].length);
  // A WebSocket address names the same server; people copy it from other programs.
  const scheme = found[1]!.toLowerCase().replace(/^ws/, 'http');
  if (scheme === 'http' || scheme === 'https') return { scheme, rest };
  throw invalid(`An address begins with http:// or https://, not with ${scheme.slice(0, 20)}://.`);
}

function splitPort(authority: string): { host: string; port: number | null } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(authority);
  if (bracketed) return { host: bracketed[1]!, port: portNumber(bracketed[2]) };
  if (authority.includes(':') && authority.indexOf(':') !== authority.lastIndexOf(':')) {
    return { host: authority, port: null };
  }
  const [host, port] = authority.split(':');
  return { host: host!, port: portNumber(port) };
}

function portNumber(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw invalid('A port is a number between 1 and 65535.');
  return port;
}

function samePort(typed: number | null, field: number | undefined): number | null {
  if (field === undefined) return typed;
  if (!Number.isInteger(field) || field < 1 || field > 65535) {
    throw invalid('A port is a number between 1 and 65535.');
  }
  if (typed !== null && typed !== field) {
    throw invalid(
      `The address says port ${typed}, the Port field ${field}. Only one can be right.`,
    );
  }
  return field;
}

function normalHost(host: string): string {
  if (host.includes('%')) throw invalid('An address with a zone (%) does not work here.');
  if (host.includes(':') && !isIPv6(host)) throw invalid('This is not a complete IPv6 address.');
  let name: string;
  try {
    name = new URL(`http://${isIPv6(host) ? `[${host}]` : host}/`).hostname;
  } catch (cause) {
    throw new TomteError('link.address_invalid', 'This is not an address.', { cause });
  }
  name = name.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  // URL reads 192.168.1 and 3232235796 as IPv4 as well; somebody who typed that made a slip.
  if (isIP(name) === 4 && name !== host.replace(/\.$/, '')) {
    throw invalid('An IPv4 address has four numbers, such as 192.168.1.20.');
  }
  if (
    name === '0.0.0.0' ||
    name === '::' ||
    (/^(22[4-9]|23\d|255)\./.test(name) && isIP(name) === 4)
  ) {
    throw invalid(`${name} is not the address of one computer.`);
  }
  const labels = name.split('.');
  const wellFormed = labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  if (isIP(name) === 0 && (name.length > 253 || !wellFormed))
    throw invalid('This is not an address.');
  return name;
}

/** New Home Assistant OS installs listen on 80 (since 2026.8), all others on 8123. */
function candidatesFor(scheme: Scheme | null, port: number | null): Candidate[] {
  if (port !== null) {
    const guess = port === 443 || port === 8443 ? 'https' : 'http';
    return [{ scheme: scheme ?? guess, port, fixed: scheme !== null }];
  }
  if (scheme === 'https') return [{ scheme, port: 443, fixed: true }];
  const fixed = scheme !== null;
  return [
    { scheme: 'http', port: 8123, fixed },
    { scheme: 'http', port: 80, fixed },
    { scheme: 'https', port: 443, fixed: true },
  ];
}
