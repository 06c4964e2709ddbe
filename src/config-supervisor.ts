import { isIP } from 'node:net';
import { masked, Secret } from './lib/secret.ts';

/** What Home Assistant's Supervisor is to an app of its own. */
export interface Supervisor {
  /** Where it hands on to the home; the paths of Home Assistant follow. */
  readonly address: string;
  /** New at each start of the app. */
  readonly token: Secret;
  /** The one address from which it lets people in (ingress), having asked them who they are. */
  readonly gateway: string;
}

const url = 'TOMTE_SUPERVISOR_URL';
const gateway = 'TOMTE_INGRESS_GATEWAY';
/** For tests: in an app both are what they are. */
export const supervisorVariables = [url, gateway];

type Found = { path: string; found: string; expected: string };

/** What the Supervisor left in the environment; adds to the problems what is missing. */
export function readSupervisor(
  env: Readonly<Record<string, string | undefined>>,
  problems: Found[],
): Supervisor | null {
  const address = env[url] ?? 'http://supervisor/core';
  const from = env[gateway] ?? '172.30.32.2';
  const token = env.SUPERVISOR_TOKEN ?? '';
  if (!/^https?:\/\/[^/]+\/./.test(address) || !URL.canParse(address)) {
    problems.push({ path: url, found: address, expected: 'an address with a path' });
  } else if (isIP(from) === 0) {
    problems.push({ path: gateway, found: from, expected: 'an IP address' });
  } else if (token.length < 8) {
    const found = token === '' ? 'nothing' : masked;
    problems.push({ path: 'SUPERVISOR_TOKEN', found, expected: 'the token of an app' });
  } else return { address, token: new Secret(token), gateway: from };
  return null;
}
