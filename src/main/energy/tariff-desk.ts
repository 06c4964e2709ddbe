/** Which tariff a home has, and its settings: a person's choice, else what can be read from the home. */
import { TomteError } from '@tomte/sdk/errors';
import type { TariffContext, TariffDefinition, TariffHome } from '@tomte/sdk/tariff';
import type { EnergySetup } from '../../energy/setup/setup.ts';
import type { GuardedFetch } from '../../lib/egress.ts';
import { fetchWithSecrets } from '../../lib/secret-fetch.ts';
import { type EnergySettingsRow, saveEnergySettings } from '../../store/energy.ts';
import type { Key } from '../../store/seal.ts';
import {
  type SettingsOwner,
  type SettingsRow,
  secretsInUse,
  takeSettings,
  wordedSettings,
} from '../../store/sealed-settings.ts';
import type { Db } from '../../store/tables.ts';
import { askedHome } from '../asked-home.ts';
import type { HomeLife } from '../home-life.ts';
import type { PlaceParts } from '../parts.ts';

export type Tariffs = PlaceParts['tariffs'];

/** A tariff at work in one home. */
export interface ChosenTariff {
  readonly name: string;
  readonly definition: TariffDefinition;
  readonly settings: Record<string, unknown>;
  /** Whether a person chose it, or it was read from the home. */
  readonly by: 'person' | 'home';
  readonly fetch: TariffContext<unknown>['fetch'];
}

export interface DeskParts {
  readonly db: Db;
  readonly key: Key;
  readonly tariffs: Tariffs;
  readonly fetch: GuardedFetch;
}

const ownerOf = (definition: TariffDefinition, key: Key, home: string): SettingsOwner => ({
  ...{ schema: definition.settings, title: definition.title, key },
  row: `energy_settings/${home}`,
  code: 'energy.tariff_invalid',
});

/** Throws energy.tariff_not_found. */
export function definitionOf(tariffs: Tariffs, name: string): TariffDefinition {
  const definition = tariffs.get(name);
  if (definition) return definition;
  throw new TomteError('energy.tariff_not_found', `There is no tariff ${name}`);
}

/** What is set up in the home is read once for all that ask this one. */
export function tariffHome(life: Pick<HomeLife, 'link' | 'zone'>): TariffHome {
  let entries: Promise<unknown> | null = null;
  return Object.assign(Object.create(askedHome(life)) as TariffHome, {
    async entries(wanted: string) {
      entries ??= life.link.call('config_entries/get');
      const rows = await entries;
      return (Array.isArray(rows) ? rows : []).flatMap((row) => {
        const { entry_id: id, domain, title, state } = row as Record<string, unknown>;
        const isOne = domain === wanted && state === 'loaded' && typeof id === 'string';
        return isOne ? [{ id, title: String(title) }] : [];
      });
    },
  });
}

/** Keeps a person's choice; null gives it back to what can be read. Throws energy.tariff_*. */
export async function chooseTariff(
  parts: DeskParts,
  o: { home: string; at: Date; before: EnergySettingsRow | undefined },
  choice: { name: string; settings: Record<string, unknown> } | null,
): Promise<void> {
  const id = { home: o.home, at: o.at };
  // What comes on top was told for the tariff before.
  const none = { tariff: null, settings: {}, secrets_sealed: null, markup: null };
  if (choice === null) return saveEnergySettings(parts.db, id, none);
  const definition = definitionOf(parts.tariffs, choice.name);
  const same = o.before?.tariff === choice.name;
  const kept: SettingsRow | null = same ? o.before! : null;
  const taken = takeSettings(ownerOf(definition, parts.key, o.home), choice.settings, kept);
  const change = { tariff: choice.name, ...taken, ...(same ? {} : { markup: null }) };
  await saveEnergySettings(parts.db, id, change);
}

/** Null where nobody chose one and none can be read. */
export async function tariffOf(
  parts: DeskParts,
  life: Pick<HomeLife, 'home' | 'link' | 'zone'>,
  o: { row: EnergySettingsRow | undefined; setup: EnergySetup },
): Promise<ChosenTariff | null> {
  const { row } = o;
  if (row?.tariff) {
    const definition = definitionOf(parts.tariffs, row.tariff);
    const owner = ownerOf(definition, parts.key, life.home);
    const fetch = fetchWithSecrets({ fetch: parts.fetch, secrets: secretsInUse(owner, row) });
    const settings = definition.settings.parse(wordedSettings(owner, row));
    return { name: row.tariff, definition, settings, by: 'person', fetch };
  }
  const read = await readTariff(parts.tariffs, tariffHome(life), o.setup);
  if (!read) return null;
  const definition = definitionOf(parts.tariffs, read.name);
  const settings = definition.settings.parse(read.settings);
  return { name: read.name, definition, settings, by: 'home', fetch: parts.fetch };
}

type Read = { name: string; settings: Record<string, unknown> };

/** The energy page first, for a person filled it; then what is set up in the home and fits. */
async function readTariff(
  tariffs: Tariffs,
  home: TariffHome,
  { buyPrice, sellPrice }: EnergySetup,
): Promise<Read | null> {
  const sellPerKWh = sellPrice?.perKWh ?? undefined;
  if (buyPrice?.perKWh !== null && buyPrice?.perKWh !== undefined) {
    return { name: 'fixed', settings: { perKWh: buyPrice.perKWh, sellPerKWh } };
  }
  // A sensor last: where an integration says the same, it says it without a word about its unit.
  const names = [...tariffs.keys()].sort((a, b) => Number(a === 'sensor') - Number(b === 'sensor'));
  for (const name of names) {
    const settings = await tariffs.get(name)!.fits?.(home);
    if (settings) return { name, settings };
  }
  const shown = Number(
    home.states('sensor').find(({ entityId }) => entityId === buyPrice?.entity)?.state ??
      Number.NaN,
  );
  // Only what it costs right now is known: taken as the price of all hours.
  return Number.isFinite(shown) && shown >= 0
    ? { name: 'fixed', settings: { perKWh: shown, sellPerKWh } }
    : null;
}
