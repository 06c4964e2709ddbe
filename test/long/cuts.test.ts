/** Whatever cuts the line, the Mirror equals a snapshot and no recorded change is lost or told twice. */

import type { Change } from '@tomte/sdk/home';
import { afterEach, expect, test } from 'vitest';
import { type GapReport, type Link, type LinkOptions, openLink } from '../../src/home/link.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openSim } from '../../src/sim/sim.ts';
import { rest } from '../kit/raw-home.ts';
import { realHome } from '../kit/real-home.ts';
import { openCuttingProxy } from './cutting-proxy.ts';
import { type Ask, expectSnapshot, type StateRow } from './snapshot.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** The same cuts each time. */
function seeded(seed: number): () => number {
  let s = seed;
  return () => {
    s = (Math.imul(s, 1_664_525) + 1_013_904_223) >>> 0;
    return s / 2 ** 32;
  };
}

/** Looks again until it holds; what never holds fails with its name, not by chance of timing. */
async function until(what: string, holds: () => boolean, ms = 20_000): Promise<void> {
  const end = systemClock.ticks() + ms;
  while (!holds()) {
    if (systemClock.ticks() > end) throw new Error(`never came true: ${what}`);
    await systemClock.sleep(4);
  }
}

interface Heard {
  readonly numbers: Map<string, number[]>;
  readonly gaps: GapReport[];
  late: number;
}
function listen(link: Link, isNumbered: (id: string) => boolean): Heard {
  const heard: Heard = { numbers: new Map(), gaps: [], late: 0 };
  link.onChanges((batch: readonly Change[]) => {
    for (const change of batch) {
      if (!isNumbered(change.entityId) || !change.to) continue;
      if (change.to.state === change.from?.state) continue;
      const numbers = heard.numbers.get(change.entityId) ?? [];
      numbers.push(Number(change.to.state));
      heard.numbers.set(change.entityId, numbers);
      if (change.late) heard.late++;
    }
  });
  link.onGap((gap) => heard.gaps.push(gap));
  return heard;
}

const quick = {
  backoff: { firstMs: 20, maxMs: 100 },
  steadyMs: 50,
  gatherMs: 20,
  startPollMs: 20,
  startMaxMs: 10_000,
  limits: { pingEveryMs: 120, pingAnswerMs: 120, openMs: 2_000 },
  gap: { pollMs: 20, recorderMs: 5_000 },
};

interface Writer {
  /** The newest number of each entity. */
  readonly last: Map<string, number>;
  pause(): Promise<void>;
  resume(): void;
}
/** Numbers each entity's changes 1, 2, 3 … as long as `write` says they were taken. */
function openWriter(
  ids: readonly string[],
  pauseMs: number,
  write: (id: string, n: number) => boolean | Promise<boolean>,
): Writer {
  const last = new Map(ids.map((id) => [id, 0]));
  let running = true;
  const loop = async () => {
    for (let turn = 0; running; turn++) {
      const id = ids[turn % ids.length]!;
      const next = last.get(id)! + 1;
      if (await write(id, next)) last.set(id, next);
      await systemClock.sleep(pauseMs);
    }
  };
  let ended = loop();
  const writer: Writer = {
    last,
    async pause() {
      running = false;
      await ended;
    },
    resume() {
      running = true;
      ended = loop();
    },
  };
  opened.push(() => writer.pause());
  return writer;
}

function expectEachOnce(heard: Heard, writer: Writer): void {
  for (const [id, newest] of writer.last) {
    const wanted = Array.from({ length: newest }, (_, n) => n + 1);
    expect(heard.numbers.get(id) ?? [], id).toEqual(wanted);
  }
}
const allTold = (heard: Heard, writer: Writer) => () =>
  [...writer.last].every(([id, newest]) => (heard.numbers.get(id)?.at(-1) ?? 0) === newest);

function open(address: string, token: string, options: LinkOptions['options'] = {}): Link {
  const link = openLink({
    home: 'h1',
    address,
    token: new Secret(token),
    pin: null,
    clock: systemClock,
    log: silentLog,
    random: seeded(1),
    position: 0,
    options,
  });
  opened.push(() => link.close());
  return link;
}

const simulatedHomes = [
  { cuts: 200, home: 'a home', restoredFirst: false },
  {
    cuts: 80,
    home: 'a home whose things are first unavailable after a restart',
    restoredFirst: true,
  },
];
test.each(simulatedHomes)(
  '$cuts cuts of every kind to $home: the mirror is right after each, every numbered change is told once',
  async ({ cuts, restoredFirst }) => {
    const random = seeded(5);
    const options = { commitMs: 100, restoredFirst };
    const sim = await openSim({ living: false, days: 1, entities: 90, options });
    opened.push(() => sim.close());
    const admin = { url: sim.url, token: sim.tokens.admin };
    const ask: Ask = async () => (await rest(admin, { path: '/api/states' })).json as StateRow[];
    const ids = Array.from({ length: 8 }, (_, n) => `sensor.crowd_0000${n}`);
    const link = open(sim.url, sim.tokens.resident, quick);
    await link.ready();
    const heard = listen(link, (id) => ids.includes(id));
    const writer = openWriter(ids, 2, (id, n) => {
      if (sim.world.phase !== 'RUNNING' || !sim.state(id)) return false;
      sim.set(id, String(n));
      return true;
    });
    const counts: Record<string, number> = {};
    for (let cut = 1; cut <= cuts; cut++) {
      const kind = (['reset', 'half-open', 'silence', 'restart'] as const)[
        Math.floor(random() * 4)
      ]!;
      counts[kind] = (counts[kind] ?? 0) + 1;
      const { generation } = link.mirror;
      const hits =
        sim.world.phase === 'RUNNING' && sim.connections > 0 && link.state.kind === 'live';
      if (kind === 'restart') void sim.restart({ downMs: 80, startMs: 120 });
      else sim.cut(kind, { ms: 20 + random() * 400 });
      // Sometimes the next cut comes before it is back.
      if (random() < 0.2) {
        await systemClock.sleep(random() * 200);
        continue;
      }
      if (hits && kind !== 'silence') {
        await until(`a new snapshot after ${kind}`, () => link.mirror.generation > generation);
      }
      await until('running', () => sim.world.phase === 'RUNNING');
      await until('live', () => link.state.kind === 'live');
      await writer.pause();
      await until(`all told after cut ${cut} (${kind})`, allTold(heard, writer));
      await expectSnapshot(link, ask);
      writer.resume();
    }
    await writer.pause();
    await until('all told', allTold(heard, writer));
    expectEachOnce(heard, writer);
    expect(heard.gaps.flatMap((gap) => gap.unknownEntities)).toEqual([]);
    console.info(counts, {
      told: [...writer.last.values()].reduce((a, b) => a + b),
      late: heard.late,
    });
  },
  300_000,
);

const real = await realHome();
test.skipIf(!real)(
  '20 cuts of the line to a real home lose and double nothing',
  async () => {
    const random = seeded(20);
    const token = real!.tokens.resident;
    const proxy = await openCuttingProxy(new URL(real!.url));
    opened.push(() => proxy.close());
    const direct = open(real!.url, token);
    const link = open(proxy.url, token, { ...quick, gap: { pollMs: 100, recorderMs: 15_000 } });
    await Promise.all([direct.ready(), link.ready()]);
    const id = 'input_number.price';
    const before = Number(direct.mirror.entity(id)!.state);
    const set = (value: number) =>
      direct.call('call_service', {
        domain: 'input_number',
        service: 'set_value',
        service_data: { value },
        target: { entity_id: id },
      });
    await set(-1);
    await until('the first value', () => Number(link.mirror.entity(id)!.state) === -1);
    const numbers: number[] = [];
    let late = 0;
    const gaps: GapReport[] = [];
    link.onGap((gap) => gaps.push(gap));
    link.onChanges((batch) => {
      for (const change of batch) {
        const n = Math.round((Number(change.to?.state) + 1) * 10_000);
        if (change.entityId !== id || n === 0) continue;
        numbers.push(n);
        if (change.late) late++;
      }
    });
    const writer = openWriter([id], 25, async (_, n) => {
      await set(-1 + n / 10_000);
      return true;
    });
    try {
      for (let cut = 1; cut <= 20; cut++) {
        await systemClock.sleep(random() * 400);
        const kind = (['reset', 'half-open', 'silence', 'down'] as const)[
          Math.floor(random() * 4)
        ]!;
        const { generation } = link.mirror;
        proxy.cut(kind, 50 + random() * 500);
        if (kind !== 'silence')
          await until('a snapshot', () => link.mirror.generation > generation);
        await until('live', () => link.state.kind === 'live');
        await writer.pause();
        const newest = writer.last.get(id)!;
        await until(`all told after cut ${cut} (${kind})`, () => numbers.at(-1) === newest);
        await expectSnapshot(link, () => direct.call('get_states') as Promise<StateRow[]>);
        writer.resume();
      }
      await writer.pause();
      await until('all told', () => numbers.at(-1) === writer.last.get(id));
      expect(numbers).toEqual(Array.from({ length: writer.last.get(id)! }, (_, n) => n + 1));
      expect(gaps.flatMap((gap) => gap.unknownEntities).filter((e) => e === id)).toEqual([]);
      console.info({ told: numbers.length, late, gaps: gaps.length });
    } finally {
      await writer.pause();
      await set(before);
    }
  },
  300_000,
);
