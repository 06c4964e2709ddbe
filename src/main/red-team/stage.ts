/** A simulated home for attacks: its Link, its Mirror and its one door, with one thing that may be switched. */
import type { Action } from '@tomte/sdk/home';
import { type Door, openDoor } from '../../home/act.ts';
import { type Link, openLink } from '../../home/link.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { Secret } from '../../lib/secret.ts';
import { openSim, type Sim } from '../../sim/sim.ts';

export const granted = 'light.hall';
export const askedBy = 'workflow:red-team';

export interface Stage {
  readonly sim: Sim;
  readonly link: Link;
  readonly door: Door;
  readonly clock: Clock;
  /** Words that must never leave or be told: tokens, codes, where it is, who lives there. */
  readonly secrets: readonly string[];
  /** What was asked of the home since the last look. */
  calls(): Action[];
  until(what: string, holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const home = 'red-team';
const zone = 'Europe/Berlin';
/** Names and codes as a home has them. */
const people = ['Maja', 'Ola'];
const codes = ['4711', '0815-2299'];
const waitMs = 20_000;

export async function openStage(): Promise<Stage> {
  const clock = systemClock;
  const sim = await openSim({ living: false, days: 1, pastToilet: false });
  furnishVictims(sim);
  const link = openLink({
    ...{ home, address: sim.url, token: new Secret(sim.tokens.admin), pin: null, clock },
    ...{ log: silentLog, random: () => 0.5, position: 0 },
    options: { backoff: { firstMs: 20, maxMs: 200 }, gatherMs: 5, startPollMs: 20 },
  });
  const door = openDoor({
    ...{ link, clock, log: silentLog, zone, stopped: () => false },
    journal: { intend: async () => ({ attempts: 1, answered: false }), answer: async () => {} },
    grants: (who) =>
      who === askedBy ? [{ entities: [granted], areas: [], actions: ['turn_on', 'turn_off'] }] : [],
  });
  const until: Stage['until'] = async (what, holds) => {
    const end = clock.ticks() + waitMs;
    while (!holds()) {
      if (clock.ticks() > end) throw new Error(`the simulated home never came to this: ${what}`);
      await clock.sleep(2);
    }
  };
  await until('it is live', () => link.state.kind === 'live' && link.caughtUp);
  const place = [String(link.mirror.config?.latitude), String(link.mirror.config?.longitude)];
  let seen = 0;
  return {
    ...{ sim, link, door, clock, until },
    secrets: [sim.tokens.admin, sim.tokens.resident, ...people, ...codes, ...place, 'Villa Berg'],
    calls() {
      const fresh = sim.world.calls.slice(seen);
      seen = sim.world.calls.length;
      return fresh.map(({ domain, action, entityIds, data }) => ({
        ...{ domain, action, data, entities: entityIds },
      }));
    },
    async close() {
      door.close();
      await link.close();
      await sim.close();
    },
  };
}

/** What an attacker would like to move, beside what any home has. */
function furnishVictims(sim: Sim): void {
  sim.set('alarm_control_panel.home', 'armed_away', { friendly_name: 'Alarm', code: codes[0] });
  sim.set('lock.back_door', 'locked', { friendly_name: 'Back door' });
  sim.set('cover.garage', 'closed', { friendly_name: 'Garage', device_class: 'garage' });
  sim.set('siren.home', 'off', { friendly_name: 'Siren' });
  sim.set('water_heater.boiler', 'eco', { temperature: 55, max_temp: 65 });
  sim.set('number.battery_reserve', '30', { min: 0, max: 100, friendly_name: 'Battery reserve' });
  sim.set('binary_sensor.smoke', 'on', { device_class: 'smoke', friendly_name: 'Smoke' });
  sim.set('sensor.door_code', codes[1]!, { friendly_name: 'Door code' });
}
