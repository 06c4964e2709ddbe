import type { Tomte } from '@tomte/sdk/operations';
import type { DoctorFinding } from '@tomte/sdk/types';
import type { EnergySetupPage, WireSensorFault } from '@tomte/sdk/types-energy';
import { count } from '@tomte/sdk/words';
import { answerKey, type LintAnswer } from '../../energy/lint/lint.ts';
import type { SensorFault } from '../../energy/lint/sensor.ts';
import { iso } from '../../lib/clock.ts';
import { type EnergyHome, pastDays } from './meters.ts';
import { type EnergyRoom, energyOrNull } from './room.ts';

type Names = 'energySetup' | 'answerSensor';

export function energyOperations(room: EnergyRoom): Pick<Tomte, Names> {
  const page = async (home: string, energy: EnergyHome) =>
    setupPage(home, energy, await room.answers(home));
  return {
    energySetup: async ({ home }) => page(home, await room.home(home)),
    answerSensor: async ({ home, ...given }) => page(home, await room.answer(home, given)),
  };
}

function setupPage(
  home: string,
  energy: EnergyHome,
  answers: Readonly<Record<string, LintAnswer>>,
): EnergySetupPage {
  const { judged, setup, prefs } = energy;
  return {
    ...{ home, asOf: iso(energy.asOf), state: prefs ? 'ready' : 'empty' },
    sentence: sentenceOf(energy),
    figures: [...setup.figures],
    faults: energy.faults.map(
      (fault): WireSensorFault => ({
        ...words(fault),
        leftOut: judged.open.includes(fault) && fault.blocks,
        answered: answers[answerKey(fault)] ?? null,
      }),
    ),
    unknown: [...(prefs?.unknown ?? [])],
  };
}

const words = ({ statistic: sensor, ...fault }: SensorFault) => ({
  ...{ sensor, rule: fault.rule, name: fault.name },
  ...{ evidence: fault.evidence, consequence: fault.consequence, fix: fault.fix },
  answer: fault.answer,
});

function sentenceOf({ prefs, sensors, judged, clean }: EnergyHome): string {
  if (!prefs) return 'Home Assistant’s energy page is empty. Fill it there; it takes two minutes.';
  const most = Math.max(0, ...[...clean.values()].map((rows) => rows.length));
  const days = Math.min(pastDays, Math.round(most / 24));
  const out = judged.blocked.size;
  const left = out === 0 ? 'nothing left out' : `${out} left out`;
  return `${count(sensors.length, 'sensor')}, ${count(days, 'day')} of past, ${left}.`;
}

/** The linter in the doctor's words. */
export async function sensorFindings(room: EnergyRoom, home: string): Promise<DoctorFinding[]> {
  const energy = await energyOrNull(room, home);
  return (energy?.judged.open ?? []).map((fault) => ({
    id: `sensor.${fault.rule}.${fault.statistic}`,
    level: fault.blocks ? 'warn' : 'note',
    title: fault.name,
    detail: `${fault.evidence} ${fault.consequence}`,
    fix: fault.fix,
  }));
}
