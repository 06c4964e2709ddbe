import { isError, TomteError } from '@tomte/sdk/errors';
import type { ProbeStage } from '@tomte/sdk/types';
import type { Clock } from '../lib/clock.ts';
import { type Log, silentLog } from '../lib/log.ts';
import type { Secret } from '../lib/secret.ts';
import type { Authorized } from './authorize.ts';
import { readHome } from './probe-facts.ts';
import type { CallAnswer, HomeSession } from './probe-socket.ts';
import { type HomeSocket, openSocket } from './socket.ts';
import { noTokenFacts } from './token.ts';

/**
 * Tomte as an app of Home Assistant: the Supervisor stands in between. It lets our token in, and speaks
 * to the home as a user of its own, whom all apps share. A home that is reached otherwise has no path.
 */
export const throughSupervisor = (address: string): boolean => new URL(address).pathname !== '/';

export interface SupervisedOptions {
  readonly address: string;
  readonly token: Secret;
  readonly clock: Clock;
  readonly log?: Log;
  readonly signal?: AbortSignal | undefined;
  readonly onStage?: ((stage: ProbeStage) => void) | undefined;
}

type Session = Pick<HomeSession, 'version' | 'call'>;

const talkMs = 30_000;

/** One short talk with the home, over a socket that is closed after it. Throws TomteError `link.*`. */
export async function talkSupervised<T>(
  o: SupervisedOptions,
  talk: (session: Session, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { address, token, clock, onStage } = o;
  const stop = new AbortController();
  const late = () => stop.abort(new TomteError('link.unreachable', 'The home answers too slowly'));
  const cancel = clock.after(talkMs, late);
  const signal = o.signal ? AbortSignal.any([stop.signal, o.signal]) : stop.signal;
  const began = clock.ticks();
  const row = (ok: boolean, detail: string) =>
    onStage?.({ stage: 'auth', ok, ms: Math.round(clock.ticks() - began), detail });
  let socket: HomeSocket | undefined;
  try {
    socket = await openSocket({ address, token, clock, signal, log: o.log ?? silentLog });
    row(true, 'accepted by the Supervisor');
    return await talk(sessionOn(socket), signal);
  } catch (error) {
    if (!socket) row(false, isError(error) ? error.message : 'stopped');
    throw error;
  } finally {
    cancel();
    socket?.close();
  }
}

/** A refusal of the home is an answer; what ends the socket is an error. */
function sessionOn(socket: HomeSocket): Session {
  return {
    version: socket.version,
    call: (type, signal, fields = {}) =>
      socket.call(type, fields, { signal }).then(
        (result): CallAnswer => ({ ok: true, result }),
        (error: unknown): CallAnswer => {
          if (!isError(error) || !error.code.startsWith('home.')) throw error;
          return { ok: false, code: error.code, message: error.message };
        },
      ),
  };
}

/** As `authorize`, for the home the Supervisor belongs to: nobody typed an address or a token. */
export async function authorizeSupervised(
  o: SupervisedOptions,
): Promise<Extract<Authorized, { ok: true }>> {
  const home = await talkSupervised(o, readHome);
  const { name, version, timeZone, currency, entities } = home;
  return {
    ok: true,
    facts: {
      ...{ name, address: o.address, version, timeZone, currency, entities },
      user: { name: home.user.name, admin: home.user.admin },
      token: noTokenFacts,
    },
    ...{ instance: home.instance, userId: home.user.id, token: o.token, pin: null, warnings: [] },
  };
}
