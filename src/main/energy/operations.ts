import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { DoctorFinding } from '@tomte/sdk/types';
import type { EnergySetupPage, WireSensorFault } from '@tomte/sdk/types-energy';
import { count } from '@tomte/sdk/words';
import { z } from 'zod';
import { answerKey, type LintAnswer } from '../../energy/lint/lint.ts';
import type { SensorFault } from '../../energy/lint/sensor.ts';
import { dayOf } from '../../energy/story/days.ts';
import { iso } from '../../lib/clock.ts';
import type { Solver } from '../../lib/solve/solver.ts';
import { getEnergySettings } from '../../store/energy.ts';
import { shownSettings } from '../../store/sealed-settings.ts';
import type { HomeLife } from '../home-life.ts';
import { lifeOf } from '../lives.ts';
import type { PlaceParts } from '../parts.ts';
import { choiceOperation } from './choosing.ts';
import type { HomePlans } from './home-plans.ts';
import { ledgerPage } from './ledger-page.ts';
import { type EnergyHome, pastDays } from './meters.ts';
import { forecastPage, pricesPage, storyPage } from './pages.ts';
import { type EnergyRoom, energyOrNull } from './room.ts';
import { toldStory } from './story-told.ts';
import { tariffHome } from './tariff-desk.ts';

type Names =
  | 'energySetup'
  | 'answerSensor'
  | 'energyPrices'
  | 'listTariffs'
  | 'setTariff'
  | 'confirmPrice'
  | 'setPeak'
  | 'energyForecast'
  | 'energyLedger'
  | 'energyStory'
  | 'chooseSchedule';

type Parts = Pick<PlaceParts, 'store' | 'clock' | 'tariffs'> & {
  readonly energy: EnergyRoom;
  readonly solver: Solver;
  readonly plans: Pick<HomePlans, 'last'>;
  readonly decisions: Parameters<typeof toldStory>[0];
  lives(): ReadonlyMap<string, HomeLife>;
};

export function energyOperations(parts: Parts): Pick<Tomte, Names> {
  const { energy: room, clock, store, tariffs } = parts;
  const { decider } = parts.decisions;
  const where = (home: string) => ({
    ...{ home, now: clock.now() },
    zone: lifeOf(parts.lives(), home).zone,
    place: lifeOf(parts.lives(), home).link.mirror.config,
  });
  async function prices(home: string) {
    const row = await getEnergySettings(store.db, home);
    const definition = tariffs.get(row?.tariff ?? '');
    const settings = row ? shownSettings(definition?.settings, row) : {};
    return pricesPage(where(home), await room.prices(home), settings);
  }
  const page = async (home: string, energy: EnergyHome) =>
    setupPage(home, energy, await room.answers(home));
  return {
    ...choiceOperation({ ...parts, decider }),
    energySetup: async ({ home }) => page(home, await room.home(home)),
    answerSensor: async ({ home, ...given }) => page(home, await room.answer(home, given)),
    energyPrices: ({ home }) => prices(home),
    async listTariffs({ home }) {
      const asked = tariffHome(lifeOf(parts.lives(), home));
      const rows = [...tariffs].map(async ([name, { title, text, settings, fits }]) => ({
        ...{ name, title, text, schema: formOf(settings) },
        // What fits nobody can ask for is for everybody: a price that a person types.
        fits: fits === undefined || (await fits(asked)) !== null,
      }));
      return Promise.all(rows);
    },
    async setTariff({ home, tariff, settings = {} }) {
      await room.choose(home, tariff === null ? null : { name: tariff, settings });
      return prices(home);
    },
    async confirmPrice({ home, at, perKWh }) {
      await room.confirm(home, { at: Date.parse(at), paid: perKWh });
      return prices(home);
    },
    async setPeak({ home, peak }) {
      await room.setPeak(home, peak && { perKw: peak.perKw, minutes: peak.minutes ?? 15 });
      return prices(home);
    },
    async energyForecast({ home }) {
      const energy = await room.home(home);
      if (!energy.prefs) {
        throw new TomteError('energy.not_set_up', 'Home Assistant’s energy page is empty');
      }
      return forecastPage(where(home), await room.forecasts(home), energy);
    },
    async energyLedger({ home, days = 30 }) {
      const kept = await room.ledger(home, { days: Number(days) });
      return ledgerPage(home, lifeOf(parts.lives(), home).zone, kept);
    },
    async energyStory({ home }) {
      const found = await room.story(home);
      const day = dayOf(clock.now(), lifeOf(parts.lives(), home).zone);
      const told = await toldStory(parts.decisions, { home, day, ...found });
      return storyPage(home, found, told);
    },
  };
}

const formOf = (schema: z.ZodObject) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;

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
