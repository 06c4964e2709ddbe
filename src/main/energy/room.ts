/** The energy of the homes of a place: read over their Links, with what people set right. */
import { isError, TomteError } from '@tomte/sdk/errors';
import { answerKey, type LintAnswer } from '../../energy/lint/lint.ts';
import { getEnergySettings, saveEnergySettings } from '../../store/energy.ts';
import type { HomeLife } from '../home-life.ts';
import { lifeOf } from '../lives.ts';
import type { PlaceParts } from '../parts.ts';
import { type EnergyHome, judged, openMeters } from './meters.ts';

export interface EnergyRoom {
  /** Meters, faults and sums of a home as of now. Throws home.not_found, link.lost, `home.call_*`. */
  home(home: string): Promise<EnergyHome>;
  /** Throws energy.fault_not_found. */
  answer(
    home: string,
    o: { rule: string; sensor: string; answer: LintAnswer | null },
  ): Promise<EnergyHome>;
  answers(home: string): Promise<Readonly<Record<string, LintAnswer>>>;
  /** The home is forgotten. */
  drop(home: string): void;
}

export type EnergyParts = Pick<PlaceParts, 'store' | 'clock' | 'log'> & {
  lives(): ReadonlyMap<string, HomeLife>;
};

export function openEnergy(parts: EnergyParts): EnergyRoom {
  const { clock, store } = parts;
  const meters = openMeters(clock);

  async function answers(home: string): Promise<Readonly<Record<string, LintAnswer>>> {
    const row = await getEnergySettings(store.db, home);
    return (row?.answers ?? {}) as Record<string, LintAnswer>;
  }

  async function home(id: string): Promise<EnergyHome> {
    const life = lifeOf(parts.lives(), id);
    const { latitude = null, longitude = null } = life.link.mirror.config ?? {};
    const place = latitude === null || longitude === null ? null : { latitude, longitude };
    const read = await meters.of(life);
    return judged(read, { zone: life.zone, place, answers: await answers(id) });
  }

  return {
    home,
    answers,
    drop: meters.drop,
    async answer(id, { rule, sensor, answer }) {
      const { faults } = await home(id);
      const key = answerKey({ rule, statistic: sensor });
      if (!faults.some((fault) => answerKey(fault) === key)) {
        throw new TomteError('energy.fault_not_found', `${sensor} has no fault named ${rule}`);
      }
      const { [key]: _before, ...others } = await answers(id);
      const next = answer === null ? others : { ...others, [key]: answer };
      await saveEnergySettings(
        store.db,
        { home: id, at: new Date(clock.now()) },
        { answers: next },
      );
      return home(id);
    },
  };
}

/** What the doctor says of the sensors of a home; nothing where its energy page cannot be read now. */
export async function energyOrNull(room: EnergyRoom, home: string): Promise<EnergyHome | null> {
  try {
    return await room.home(home);
  } catch (error) {
    if (isError(error)) return null;
    throw error;
  }
}
