/**
 * The homes that the contract is held against: the simulator always, a real Home Assistant where `REAL_HOME_UP`
 * names the script that starts one; each with an administrator's token and with a resident's.
 * A behaviour seen on the real home goes into the contract first, and then into the simulator.
 */
import { openSim } from '../../src/sim/sim.ts';
import { type RawSocket, rawSocket, rest } from '../kit/raw-home.ts';
import { realHome } from '../kit/real-home.ts';

export interface TestHome {
  readonly url: string;
  /** The token of this row. */
  readonly token: string;
  readonly admin: boolean;
  readonly adminToken: string;
  /** A state written by an administrator, without a device behind it. */
  post(entityId: string, state: string, attributes?: object): Promise<void>;
  remove(entityId: string): Promise<void>;
  restart(): Promise<void>;
  open(): Promise<RawSocket>;
  close(): Promise<void>;
}

export interface HomeRow {
  readonly title: string;
  start(): Promise<TestHome>;
}

type Role = 'admin' | 'resident';
const roles: readonly Role[] = ['admin', 'resident'];

const simulated = (role: Role): HomeRow => ({
  title: `the simulator with the ${role}'s token`,
  async start() {
    const sim = await openSim({ living: false });
    const home = { url: sim.url, token: sim.tokens[role], adminToken: sim.tokens.admin };
    return {
      ...door(home, role),
      restart: async () => void sim.restart({ downMs: 600, startMs: 900 }),
      close: () => sim.close(),
    };
  },
});

const real = (role: Role): HomeRow => ({
  title: `the real home with the ${role}'s token`,
  async start() {
    // A home of the contract's own, because it is restarted.
    const found = await realHome({ port: process.env.REAL_HOME_CONTRACT_PORT ?? '8125' });
    if (!found) throw new Error('REAL_HOME_UP is not set');
    const home = { url: found.url, token: found.tokens[role], adminToken: found.tokens.admin };
    return {
      ...door(home, role),
      async restart() {
        const { socket } = await rawSocket({ url: home.url, token: home.adminToken });
        socket.send('{"id":1,"type":"call_service","domain":"homeassistant","service":"restart"}');
        await socket.closed;
      },
      close: async () => {},
    };
  },
});

function door(home: { url: string; token: string; adminToken: string }, role: Role) {
  const asAdmin = { url: home.url, token: home.adminToken };
  const path = (entityId: string) => `/api/states/${entityId}`;
  return {
    ...home,
    admin: role === 'admin',
    async post(entityId: string, state: string, attributes: object = {}) {
      await rest(asAdmin, { method: 'POST', path: path(entityId), body: { state, attributes } });
    },
    async remove(entityId: string) {
      await rest(asAdmin, { method: 'DELETE', path: path(entityId) });
    },
    open: async () => (await rawSocket(home)).socket,
  };
}

/** Said once a file, where there is no real home to ask. */
export function contractHomes(): readonly HomeRow[] {
  const rows = roles.map(simulated);
  if (process.env.REAL_HOME_UP) return [...rows, ...roles.map(real)];
  console.info('REAL_HOME_UP is not set: the contract is held against the simulator only');
  return rows;
}

/** Asks again until the answer is there; the test's own time limit is the only clock. */
export async function eventually<T>(ask: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
