/** Attack texts, one a line, and where each stands in a home. */
import { TomteError } from '@tomte/sdk/errors';
import { z } from 'zod';

export interface Site {
  readonly noun: string;
  /** What follows the first dot, such as `attributes.note`. */
  readonly field: string;
}

export interface RedCase {
  readonly name: string;
  readonly site: string;
  readonly text: string;
}

const line = z.looseObject({
  name: z.string().min(1).max(200),
  site: z.string().max(200).optional(),
  injection_site: z.string().max(200).optional(),
  text: z.string().max(1_000_000),
});

/** Throws redteam.cases_invalid, the line named. */
export function readCases(text: string): RedCase[] {
  return text.split('\n').flatMap((row, n): RedCase[] => {
    if (row.trim() === '') return [];
    const { success, data } = line.safeParse(jsonOf(row));
    const site = data?.site ?? data?.injection_site;
    if (success && site !== undefined) return [{ name: data!.name, site, text: data!.text }];
    throw new TomteError(
      'redteam.cases_invalid',
      `Line ${n + 1} is no case: it needs name, site and text`,
    );
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Registries, by the nouns that name them. */
export const registryNouns: Readonly<
  Record<string, 'entity' | 'device' | 'area' | 'label' | 'floor'>
> = {
  ...{ entity_registry: 'entity', registry: 'entity', device: 'device', device_registry: 'device' },
  ...{ area: 'area', area_registry: 'area', label: 'label', label_registry: 'label' },
  ...{ floor: 'floor', floor_registry: 'floor' },
};

/** Words of others that stand in no entity's state, and in whose place they are kept in the simulated home. */
export const told: Readonly<Record<string, string>> = {
  ...{ feed: 'sensor.feed', mqtt: 'sensor.mqtt_discovery', conversation: 'conversation.home' },
  ...{ alert: 'alert.red_team', media: 'media_player.living', entity: 'sensor.note' },
};

/** All domains of Home Assistant that have states. */
const domains = new Set(
  (
    'ai_task air_quality alarm_control_panel alert assist_satellite automation binary_sensor button calendar camera ' +
    'climate conversation counter cover date datetime device_tracker event fan geo_location group humidifier image ' +
    'image_processing infrared input_boolean input_button input_datetime input_number input_select input_text lawn_mower light ' +
    'lock mailbox media_player microphone notify number person plant proximity remote scene schedule script ' +
    'select sensor siren stt sun switch tag text time timer todo tts update vacuum valve wake_word water_heater weather zone'
  ).split(' '),
);

/** Throws redteam.site_unknown: a case is never left out in silence. */
export function siteOf(site: string): Site {
  const [noun = '', ...rest] = site.split('.');
  const field = rest.join('.');
  const known =
    noun === 'model'
      ? rest[0] === 'output'
      : noun in registryNouns || noun in told || domains.has(noun);
  if (known && field !== '' && /^[\w.[\]-]+$/.test(field)) return { noun, field };
  throw new TomteError('redteam.site_unknown', `There is no site ${site} in a home`);
}
