/**
 * How fast a home reacts: `input_boolean.hall_motion` changes, the reactor turns `input_boolean.dishwasher`.
 * The figure is the difference of Home Assistant's own last_updated of both. A bare WebSocket client and
 * Tomte's reflex, both connected all the time, take turns change by change. Usage: HOME_ASSISTANT_URL=… HOME_ASSISTANT_TOKEN=… node
 * --conditions=tomte-source bench/reaction.ts [changes]
 */
import { grantsOf } from '@tomte/sdk/types-grant';
import WebSocket from 'ws';
import { openDoor } from '../src/home/act.ts';
import { type Link, openLink } from '../src/home/link.ts';
import { systemClock as clock } from '../src/lib/clock.ts';
import { silentLog as log } from '../src/lib/log.ts';
import { Secret } from '../src/lib/secret.ts';
import { keepResult } from './result.ts';

const cause = 'input_boolean.hall_motion';
const effect = 'input_boolean.dishwasher';
const pauseMs = 50;
const allowedRatio = 1.15;
const warmUp = 20;
/** Who may react to the next change. */
let turn: 'bare' | 'tomte' | 'none' = 'none';

/** The floor: as little as a client outside Home Assistant can do. */
function openBare(url: string, token: string): Promise<{ close(): void }> {
  const ws = new WebSocket(`${url.replace(/^http/, 'ws')}/api/websocket`);
  let id = 0;
  return new Promise((resolve) => {
    const send = (o: object) => ws.send(JSON.stringify(o));
    ws.on('message', (frame) => {
      const m = JSON.parse(String(frame));
      if (m.type === 'auth_required') send({ type: 'auth', access_token: token });
      if (m.type === 'auth_ok') send({ id: ++id, type: 'subscribe_entities', entity_ids: [cause] });
      if (m.event?.a) resolve({ close: () => ws.close() });
      const state = m.event?.c?.[cause]?.['+']?.s;
      const service = state === 'on' ? 'turn_on' : 'turn_off';
      const target = { entity_id: effect };
      if (state && turn === 'bare')
        send({ id: ++id, type: 'call_service', domain: 'input_boolean', service, target });
    });
  });
}

async function openReflex(url: string, token: string): Promise<{ close(): void }> {
  const link = await openHome(url, token);
  let asked = 0;
  const door = openDoor({
    link,
    clock,
    log,
    journal: { intend: async () => ({ attempts: 1, answered: false }), answer: async () => {} },
    zone: 'Europe/Vienna',
    grants: () => grantsOf([effect]),
    stopped: () => false,
  });
  link.onReflex([cause], (change) => {
    if (turn !== 'tomte') return;
    const action = change.to?.state === 'on' ? 'turn_on' : 'turn_off';
    const request = { domain: 'input_boolean', action, entities: [effect], data: {} };
    void door.act(request, { askedBy: 'bench', key: String(++asked), reflex: true });
  });
  return { close: () => void link.close() };
}

async function openHome(url: string, token: string): Promise<Link> {
  const link = openLink({
    home: 'bench',
    address: url,
    token: new Secret(token),
    pin: null,
    clock,
    log,
    random: Math.random,
    position: 0,
  });
  await link.ready();
  return link;
}

interface Round {
  readonly reactor: string;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly reactions: number;
}

/** Changes the cause and waits until the effect has followed; ms as the home's own clock tells. */
async function measure(driver: Link, wanted: 'on' | 'off'): Promise<number | null> {
  const followed = new Promise<void>((resolve) => {
    const cancel = clock.after(2_000, resolve);
    const unwatch = driver.onApplied([effect], () => {
      if (driver.mirror.entity(effect)?.state !== wanted) return;
      cancel();
      unwatch();
      resolve();
    });
  });
  await set(driver, cause, wanted);
  await followed;
  if (driver.mirror.entity(effect)?.state !== wanted) return null;
  return (exact(driver, effect) - exact(driver, cause)) * 1000;
}
const exact = (link: Link, id: string): number =>
  (link.mirror.entity(id) as unknown as { exact: number }).exact;
const set = (link: Link, id: string, state: string) =>
  link.call('call_service', {
    domain: 'input_boolean',
    service: `turn_${state}`,
    target: { entity_id: id },
  });

function round(reactor: string, figures: readonly number[]): Round {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (q: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0).toFixed(2));
  return { reactor, p50: at(0.5), p90: at(0.9), p99: at(0.99), reactions: sorted.length };
}

const url = process.env.HOME_ASSISTANT_URL;
const token = process.env.HOME_ASSISTANT_TOKEN;
if (!url || !token) throw new Error('set HOME_ASSISTANT_URL and HOME_ASSISTANT_TOKEN');
const changes = Number(process.argv[2] ?? 200);
const driver = await openHome(url, token);
for (const id of [cause, effect]) await set(driver, id, 'off');
const figures: Record<string, number[]> = { bare: [], tomte: [] };
// Home Assistant serves who came first first: each comes first in half of the changes.
for (const order of [[openBare, openReflex] as const, [openReflex, openBare] as const]) {
  const reactors = [await order[0](url, token), await order[1](url, token)];
  for (let n = 0; n < changes + 2 * warmUp; n++) {
    // In pairs, each beginning as often as the other and with both directions.
    turn = n % 2 === Math.floor(n / 4) % 2 ? 'bare' : 'tomte';
    const took = await measure(driver, n % 2 === 0 ? 'on' : 'off');
    if (took !== null && n >= 2 * warmUp) figures[turn]!.push(took);
    await clock.sleep(pauseMs);
  }
  turn = 'none';
  for (const reactor of reactors) reactor.close();
}
for (const id of [cause, effect]) await set(driver, id, 'off');
await driver.close();
const rounds = Object.entries(figures).map(([reactor, f]) => round(reactor, f));
const ratio = Number((rounds[1]!.p50 / rounds[0]!.p50).toFixed(3));
const result = {
  homeAssistant: driver.mirror.config?.version,
  changes,
  pauseMs,
  rounds,
  ratioP50: ratio,
  holds: ratio <= allowedRatio,
};
await keepResult('reaction', result);
