import { TomteError } from '@tomte/sdk/errors';
import type { DoctorFinding, DoctorReport, ProbeStage } from '@tomte/sdk/types';
import { iso } from '../lib/clock.ts';
import type { Secret } from '../lib/secret.ts';
import { parseAddress } from './address.ts';
import { type Examined, findingsOf } from './doctor-findings.ts';
import { type ProbeOptions, probeHome, type Reached } from './probe.ts';
import { readHome } from './probe-facts.ts';
import type { CallAnswer } from './probe-socket.ts';
import { rightsOf } from './rights.ts';
import { talkSupervised, throughSupervisor } from './supervised.ts';
import { noTokenFacts, tokenFacts } from './token.ts';

/** A linked home, as the doctor needs it. */
export interface Patient {
  readonly id: string;
  readonly name: string;
  /** The origin that was linked. */
  readonly address: string;
  readonly token: Secret;
  readonly pin: string | null;
  /** What is known of the user from the link, for the table of rights when the home does not answer. */
  readonly admin: boolean;
}

export type DoctorOptions = Omit<ProbeOptions, 'pin' | 'pinCertificate' | 'allowPlainHttp'>;

/**
 * Runs every probe of the Link again, with the stored token once, and reads what the home says about itself.
 * With `refused` the token is not sent: the home said that already, and each time is a step towards a ban.
 * A home that cannot be reached is a finding, not an error.
 */
export async function examine(home: Patient, o: DoctorOptions): Promise<DoctorReport> {
  const probe: ProbeStage[] = [];
  const onStage = (stage: ProbeStage) => {
    probe.push(stage);
    o.onStage?.(stage);
  };
  const report = (findings: DoctorFinding[], admin: boolean): DoctorReport => ({
    home: home.id,
    name: home.name,
    at: iso(o.clock.now()),
    probe,
    findings,
    rights: rightsOf({ admin }),
  });
  try {
    const examined = await (throughSupervisor(home.address) ? askSupervisor : askHome)(home, {
      ...o,
      onStage,
    });
    return report(findingsOf(examined), examined.home.user.admin);
  } catch (error) {
    if (!(error instanceof TomteError)) throw error;
    return report([unreached(error)], home.admin);
  }
}

function askHome(home: Patient, o: DoctorOptions): Promise<Examined> {
  // The address was allowed when the home was linked; the doctor asks nobody again.
  const options: ProbeOptions = { ...o, pin: home.pin, allowPlainHttp: true };
  return probeHome(
    parseAddress(home.address),
    () => home.token,
    options,
    (reached, within) =>
      within.stage('home', reached.place.door.port, async ({ signal }) => {
        const seen = await listen(reached, home, signal, o.clock.now());
        return [wordsOf(seen), seen] as [string, Examined];
      }),
  );
}

/** Through the Supervisor there are no stages to go wrong one by one. */
function askSupervisor(home: Patient, o: DoctorOptions): Promise<Examined> {
  const { address, token } = home;
  if (o.refused) throw o.refused;
  return talkSupervised({ ...o, address, token }, async (session, signal) => {
    const began = o.clock.ticks();
    const beyond = { origin: address, clockSkewMs: null, certificate: null, pin: null };
    const seen = await listen({ ...beyond, session }, home, signal, o.clock.now());
    const ms = Math.round(o.clock.ticks() - began);
    o.onStage?.({ stage: 'home', ok: true, ms, detail: wordsOf(seen) });
    return seen;
  });
}

const wordsOf = ({ home }: Examined): string => `${home.name}, ${home.entities} entities`;

type Heard = Pick<Reached, 'origin' | 'clockSkewMs' | 'certificate' | 'pin'> & {
  readonly session: Pick<Reached['session'], 'version' | 'call'>;
};

async function listen(
  reached: Heard,
  patient: Patient,
  signal: AbortSignal,
  now: number,
): Promise<Examined> {
  const home = await readHome(reached.session, signal);
  const ask = async (type: string) => resultOf(await reached.session.call(type, signal));
  return {
    home,
    origin: reached.origin,
    token: throughSupervisor(patient.address) ? noTokenFacts : tokenFacts(patient.token, now),
    clockSkewMs: reached.clockSkewMs,
    certificate: reached.certificate,
    pinned: reached.pin !== null,
    now,
    recorder: await ask('recorder/info'),
    energy: await ask('energy/validate'),
    repairs: await ask('repairs/list_issues'),
    entries: await ask('config_entries/get'),
    // Only an administrator is told; for all others the rows about the proxy are left out.
    http: home.user.admin ? await ask('http/config') : null,
  };
}

const resultOf = (answer: CallAnswer): unknown => (answer.ok ? answer.result : null);

function unreached(error: TomteError): DoctorFinding {
  return {
    id: error.code,
    level: 'bad',
    title: 'The home cannot be reached',
    detail: error.message,
    fix: error.hint,
  };
}
