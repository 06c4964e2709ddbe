import { Readable } from 'node:stream';
import type { Tomte } from '@tomte/sdk/operations';
import type { HomeSummary } from '@tomte/sdk/types';
import { systemClock } from '../lib/clock.ts';
import { type BackedUp, type CliDeps, type Opened, type Restored, runCli } from './index.ts';

export const home: HomeSummary = {
  ...{ id: 'cabin', name: 'Cabin', address: 'http://10.0.0.2:8123', version: '2026.11.0' },
  ...{ timeZone: 'Europe/Vienna', currency: 'EUR', entities: 3, demo: false },
  ...{ buttonsEntity: null, ownUser: false },
  user: { name: 'Tomte', admin: false },
  token: { issuedAt: null, expiresAt: null, daysLeft: null },
  link: {
    ...{ state: 'live', since: '2026-11-22T10:00:00.000Z', asOf: null, generation: 1 },
    ...{ error: null, nextAttemptAt: null },
  },
};

export const backedUp: BackedUp = {
  ...{ file: '/b/home.backup', bytes: 3_412_000, createdAt: '2026-11-22T10:00:00.000Z' },
  ...{ tables: 17, rows: 40_000, key: '0123456789abcdef', notIn: ['/d/key', '/d/tomte.yaml'] },
};
export const restored: Restored = {
  ...{ file: '/b/home.backup', createdAt: '2026-11-22T10:00:00.000Z', program: '0.1.0' },
  ...{ tables: 17, rows: 40_000, replaced: null, linkAnew: [], typeAnew: [] },
  key: { needed: '0123456789abcdef', here: '0123456789abcdef' },
};

export interface Ran {
  code: number;
  out: string;
  err: string;
  json: unknown;
  closed: number;
  flags: unknown;
}

/** One command line, answered by these operations. */
export async function tomte(
  line: string,
  answers: Partial<Tomte> = {},
  deps: Partial<CliDeps> & { stdin?: string; backup?: Opened['backup'] } = {},
): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '', json: undefined, closed: 0, flags: null };
  ran.code = await runCli(line.split(' ').filter(Boolean), {
    async open(flags) {
      ran.flags = flags;
      return {
        tomte: answers as Tomte,
        backup: deps.backup ?? (async () => backedUp),
        close: async () => void ran.closed++,
      };
    },
    restore: async () => restored,
    serve: async () => 0,
    check: async () => ({ file: 'tomte.yaml', problems: [] }),
    newWorkflow: async (_flags, name) => ({ folder: '/d/workflows', made: [`${name}.ts`] }),
    planner: async () => ({ line: async (text) => text.toUpperCase(), close: async () => {} }),
    redTeam: async () => ({
      ...{ cases: 0, attempts: 0, results: [], breaches: [] },
      control: { action: 'light.turn_on', target: [], sent: true },
    }),
    mcp: async () => {},
    detect: async () => ({ line: (text) => [text.toUpperCase()] }),
    untilInterrupted: (work) => work(new AbortController().signal),
    clock: systemClock,
    version: '1.2.3',
    input: Readable.from([deps.stdin ?? '']),
    out: (text) => {
      ran.out += text;
    },
    err: (text) => {
      ran.err += text;
    },
    ...deps,
  });
  if (/--json( |$)/.test(line) && ran.out !== '') ran.json = JSON.parse(ran.out);
  return ran;
}
