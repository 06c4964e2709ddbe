import { TomteError } from '@tomte/sdk/errors';
import type { HomeFacts, LinkRequest, ProbeStage, Warning } from '@tomte/sdk/types';
import type { Secret } from '../lib/secret.ts';
import { parseAddress } from './address.ts';
import { type ProbeOptions, probeHome } from './probe.ts';
import { readHome, warningsOf } from './probe-facts.ts';
import { readToken, tokenFacts } from './token.ts';

export type Authorized =
  | {
      readonly ok: true;
      readonly facts: Omit<HomeFacts, 'id'>;
      /** The same for one home under any address and token; null when nothing tells. */
      readonly instance: string | null;
      readonly userId: string;
      readonly token: Secret;
      /** Fingerprint of the pinned certificate. */
      readonly pin: string | null;
      readonly warnings: Warning[];
    }
  | { readonly ok: false; readonly error: TomteError; readonly probe: ProbeStage[] };

export type AuthorizeOptions = Omit<
  ProbeOptions,
  'pinCertificate' | 'allowPlainHttp' | 'onStage'
> & {
  /** Called as each stage ends. */
  onStage(stage: ProbeStage): void;
};

/**
 * Makes the test request for a home that somebody wants to link. Keeps nothing. The token is sent at most
 * once, to a server that answered as Home Assistant.
 */
export async function authorize(request: LinkRequest, o: AuthorizeOptions): Promise<Authorized> {
  const probe: ProbeStage[] = [];
  const onStage = (stage: ProbeStage) => {
    probe.push(stage);
    o.onStage(stage);
  };
  try {
    return await attempt(request, { ...o, onStage });
  } catch (error) {
    if (!(error instanceof TomteError)) throw error;
    return { ok: false, error, probe };
  }
}

async function attempt(request: LinkRequest, o: AuthorizeOptions): Promise<Authorized> {
  const target = targetOf(request, o);
  const now = o.clock.now();
  let token: Secret;
  const read = () => {
    token = readToken(request.token ?? '', now);
    return token;
  };
  const options: ProbeOptions = {
    ...o,
    pinCertificate: request.pinCertificate,
    allowPlainHttp: request.allowPlainHttp,
  };
  return probeHome(target, read, options, async (reached, within) => {
    const home = await within.stage('home', reached.place.door.port, async (reach) => {
      const seen = await readHome(reached.session, reach.signal);
      return [`${seen.name}, ${seen.entities} entities`, seen] as [string, typeof seen];
    });
    const facts = tokenFacts(token, now);
    return {
      ok: true,
      facts: {
        name: request.name?.trim() || home.name,
        address: reached.origin,
        version: home.version,
        timeZone: home.timeZone,
        currency: home.currency,
        entities: home.entities,
        user: { name: home.user.name, admin: home.user.admin },
        token: facts,
      },
      instance: home.instance,
      userId: home.user.id,
      token,
      pin: reached.pin,
      warnings: warningsOf(home, facts),
    };
  });
}

function targetOf(request: LinkRequest, o: AuthorizeOptions) {
  try {
    return parseAddress(request.address, request.port);
  } catch (error) {
    o.onStage({
      stage: 'address',
      ok: false,
      ms: 0,
      detail: error instanceof TomteError ? error.message : 'not read',
    });
    throw error;
  }
}
