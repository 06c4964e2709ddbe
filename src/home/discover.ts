import { isIPv4 } from 'node:net';
import type { FoundHome } from '@tomte/sdk/types';
import { Bonjour, type Service } from 'bonjour-service';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { hostHeader } from './address.ts';

/** Homes found on one network; more announcements than this are noise. */
const homesMax = 50;

/** What an announcement holds, as far as it is used: a `Service` of bonjour-service has it. */
export type Announcement = Pick<Service, 'name' | 'host' | 'port' | 'addresses' | 'txt'>;

/**
 * Listens for homes that announce themselves on the local network (mDNS). Finding none is common: VLANs and
 * container bridges keep it out. Never throws; a network without multicast finds none.
 */
export async function discover(o: {
  clock: Clock;
  log: Log;
  /** How long to listen; announcements come within a second or two. */
  listenMs?: number;
  signal?: AbortSignal;
  /** Address of the network to ask; all of them where left out. */
  network?: string;
}): Promise<FoundHome[]> {
  const heard: Announcement[] = [];
  const complain = (error: unknown) =>
    o.log.debug({ error: String(error) }, 'homes cannot be looked for');
  let bonjour: Bonjour | null = null;
  try {
    // Its options are those of multicast-dns, which its types leave out.
    const options: object = o.network ? { interface: o.network } : {};
    bonjour = new Bonjour(options, complain);
    bonjour.find({ type: 'home-assistant' }, (found) => {
      if (heard.length < homesMax) heard.push(found);
    });
    await o.clock.sleep(o.listenMs ?? 2_000, o.signal);
  } catch (error) {
    // Not being able to look is no fault of the person's: the address can be typed.
    complain(error);
  } finally {
    bonjour?.destroy();
  }
  return homesOf(heard);
}

/** Announcements as homes, each once. Everything in them was written by whoever sent it. */
export function homesOf(heard: readonly Announcement[]): FoundHome[] {
  const homes = new Map<string, FoundHome>();
  for (const announcement of heard) {
    const txt = (announcement.txt ?? {}) as Record<string, unknown>;
    const field = (name: string) => (typeof txt[name] === 'string' ? txt[name].slice(0, 200) : '');
    const uuid = field('uuid');
    const address = addressOf(announcement, field('internal_url'));
    // During the first installation a page stands in for the home, and says so by its version.
    if (address === null || field('version').startsWith('0000.') || txt.landingpage === 'True')
      continue;
    const name = field('location_name') || String(announcement.name).slice(0, 200);
    homes.set(uuid || address, { name, address, version: field('version'), uuid });
  }
  return [...homes.values()];
}

/**
 * The address a person would use: an IPv4 address of the announcement, since names ending in .local are not
 * found from everywhere, and https only where the home says so of itself.
 */
function addressOf({ addresses, host, port }: Announcement, internalUrl: string): string | null {
  if (URL.canParse(internalUrl)) {
    const url = new URL(internalUrl);
    if (url.protocol === 'https:') return url.origin;
  }
  const best = (addresses ?? []).find((address) => isIPv4(address)) ?? host;
  if (!best || !Number.isInteger(port) || port < 1 || port > 65535) return null;
  const origin = `http://${hostHeader(best.replace(/\.$/, ''), { scheme: 'http', port })}`;
  return URL.canParse(origin) ? new URL(origin).origin : null;
}
