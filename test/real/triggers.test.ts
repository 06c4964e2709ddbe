/** Triggers on a real Home Assistant: a state that must stay so, through a kill and a restart of the home; events, times. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TriggerFired, TriggerSpec } from '@tomte/sdk/define';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { realHome } from '../kit/real-home.ts';
import type { TriggerLife } from './trigger-child.ts';

// A home of its own: it is restarted.
const home = await realHome({ port: process.env.REAL_HOME_TRIGGERS_PORT ?? '8129' });
const tomte = join(import.meta.dirname, '../../bin/tomte.js');
const child = join(import.meta.dirname, 'trigger-child.ts');
const door = 'input_boolean.front_door';

interface Ran {
  readonly id: string;
  readonly workflow: string;
  readonly createdAt: string;
  readonly trigger: TriggerFired;
}
interface Line {
  readonly pid?: number;
  readonly ready?: true;
  readonly fits?: { name: string; fits: { ok: boolean; text: string } }[];
  readonly doctor?: string[];
  readonly run?: Ran;
}

/** A life of Tomte, its lines as they come, its end without a warning. */
function begin(life: TriggerLife) {
  const process_: ChildProcess = spawn(
    process.execPath,
    [tomte, '--node', child, JSON.stringify(life)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  const ended = new Promise<void>((resolve) => process_.once('close', () => resolve()));
  createInterface({ input: process_.stdout! }).on('line', (text) => {
    lines.push(JSON.parse(text) as Line);
    for (const wake of waiting) wake();
  });
  return {
    lines,
    runs: (workflow: string) =>
      lines.flatMap(({ run }) => (run?.workflow === workflow ? [run] : [])),
    /** The first line that fits; the test's own limit ends it. */
    async until<T>(find: () => T | undefined): Promise<T> {
      for (;;) {
        const found = find();
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
        waiting.clear();
      }
    },
    async kill9() {
      const { pid } = lines.find((line) => line.pid !== undefined) ?? {};
      if (pid === undefined) process_.kill('SIGKILL');
      else process.kill(pid, 'SIGKILL');
      await ended;
    },
  };
}
type Life = ReturnType<typeof begin>;
let running: Life | null = null;
let dataDir = '';
afterEach(async () => {
  await running?.kill9();
  running = null;
  if (dataDir) await rm(dataDir, { recursive: true, force: true });
});

async function ask(path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${home!.url}/api/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${home!.tokens.admin}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}
const turn = (how: 'on' | 'off') => ask(`services/input_boolean/turn_${how}`, { entity_id: door });

async function lifeWith(
  triggers: Record<string, TriggerSpec>,
  token: string,
): Promise<(boot: string) => Life> {
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-triggers-'));
  await chmod(dataDir, 0o755);
  const tokenFile = join(dataDir, 'token');
  await writeFile(tokenFile, token, { mode: 0o600 });
  return (boot) => {
    running = begin({ dataDir, boot, url: home!.url, tokenFile, triggers });
    return running;
  };
}
const isReady = ({ lines }: Life) => lines.find(({ ready }) => ready);

test.skipIf(!home)(
  'a state that must stay so for 40 s does, through a kill of Tomte and a restart of the home; due times come once',
  async () => {
    await turn('off');
    const boot = await lifeWith(
      {
        stays: { state: { entity: door, to: 'on', for: '40s' } },
        becomes: { state: { entity: door, to: 'on' } },
        ticks: { time: { every: '10s' } },
      },
      home!.tokens.admin,
    );
    const first = boot('b1');
    await first.until(() => isReady(first));
    await turn('on');
    const became = await first.until(() => first.runs('becomes')[0]);
    await first.kill9();
    // It closes the connection before it answers.
    await ask('services/homeassistant/restart', {}).catch(() => null);
    const second = boot('b2');
    const stayed = await second.until(() => second.runs('stays')[0]);
    const changedAt = (became.trigger as { at: number }).at;
    expect(stayed.trigger).toMatchObject({ kind: 'state', entity: door, at: changedAt + 40_000 });
    expect(Date.parse(stayed.createdAt)).toBeGreaterThanOrEqual(changedAt + 40_000);
    // States that the home put back after its restart were no change.
    expect(second.runs('becomes').map(({ id }) => id)).toEqual([became.id]);
    expect(second.runs('stays')).toHaveLength(1);
    await second.until(() => (second.runs('ticks').length >= 3 ? true : undefined));
    const dues = second.runs('ticks').map(({ trigger }) => (trigger as { due: number }).due);
    expect(new Set(dues).size).toBe(dues.length);
    await turn('off');
  },
  240_000,
);

test.skipIf(!home)(
  'an event starts a Run with an administrator’s token',
  async () => {
    const boot = await lifeWith(
      { scanned: { event: { type: 'tomte_test', data: { tag: 'x' } } } },
      home!.tokens.admin,
    );
    const life = boot('b1');
    const ready = await life.until(() => isReady(life));
    expect(ready.fits).toMatchObject([{ name: 'scanned', fits: { ok: true } }]);
    const fire = async () => {
      for (const tag of ['y', 'x']) await ask('events/tomte_test', { tag });
    };
    // Listening is asked for beside everything else: fired until it is heard.
    const heard = life.until(() => life.runs('scanned')[0]);
    let done = false;
    void heard.then(() => {
      done = true;
    });
    while (!done) {
      await fire();
      await Promise.race([heard, systemClock.sleep(500)]);
    }
    expect((await heard).trigger).toMatchObject({ kind: 'event', data: { tag: 'x' } });
    const tags = life
      .runs('scanned')
      .map(({ trigger }) => (trigger.kind === 'event' ? trigger.data.tag : null));
    expect(new Set(tags)).toEqual(new Set(['x']));
  },
  120_000,
);

test.skipIf(!home)(
  'with a normal user’s token states start Runs, and an event that is not told is said so',
  async () => {
    await turn('off');
    const boot = await lifeWith(
      {
        scanned: { event: { type: 'tomte_test' } },
        becomes: { state: { entity: door, to: 'on' } },
      },
      home!.tokens.resident,
    );
    const life = boot('b1');
    const ready = await life.until(() => isReady(life));
    expect(ready.fits?.find(({ name }) => name === 'scanned')?.fits).toMatchObject({
      ok: false,
      text: expect.stringContaining('administrators only'),
    });
    const { doctor } = await life.until(() => life.lines.find((line) => line.doctor));
    expect(doctor).toContain('trigger.event_not_told');
    await turn('on');
    const ran = await life.until(() => life.runs('becomes')[0]);
    expect(ran.trigger).toMatchObject({ from: 'off', to: 'on', late: false });
    await turn('off');
  },
  120_000,
);
