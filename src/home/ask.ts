import { TomteError } from '@tomte/sdk/errors';
import { isPlain } from './frames.ts';
import type { Link } from './link.ts';

/**
 * The Actions of Home Assistant that answer and change nothing, by domain. Only these are asked
 * without the guardrail: what is not known to be harmless is not here.
 */
export const answeringActions: Readonly<Record<string, readonly string[]>> = {
  weather: ['get_forecasts'],
  calendar: ['get_events'],
  todo: ['get_items'],
  schedule: ['get_schedule'],
  forecast_solar: ['get_forecast'],
  nordpool: ['get_prices_for_date', 'get_price_indices_for_date'],
  tibber: ['get_prices'],
  energyzero: ['get_energy_prices', 'get_gas_prices'],
  easyenergy: ['get_energy_usage_prices', 'get_energy_return_prices', 'get_gas_prices'],
  amberelectric: ['get_forecasts'],
  omie: ['get_prices_for_date'],
  green_planet_energy: ['get_prices', 'get_cheapest_duration'],
};

/** Those of its AI tasks, which write and judge and switch nothing: for models alone, as each may cost. */
export const aiActions: typeof answeringActions = { ai_task: ['generate_data', 'evaluate'] };

export interface Ask {
  readonly domain: string;
  readonly action: string;
  readonly entities: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}

/** Integrations ask their own cloud; some take their time. */
const answerMs = 30_000;

/**
 * Asks an answering Action; answers its response, by entity where it has entities. Throws
 * `home.ask_refused`, `home.action_unknown`, `home.call_*`, `link.lost`.
 */
export async function askHome(
  link: Pick<Link, 'call' | 'mirror' | 'state'>,
  ask: Ask,
  signal?: AbortSignal,
  answering: typeof answeringActions = answeringActions,
): Promise<Readonly<Record<string, unknown>>> {
  const name = `${ask.domain}.${ask.action}`;
  const allowed = Object.hasOwn(answering, ask.domain) ? answering[ask.domain]! : [];
  if (!allowed.includes(ask.action)) {
    throw new TomteError('home.ask_refused', `${name} is not known to change nothing`);
  }
  if (link.state.kind !== 'live') throw new TomteError('link.lost', 'The home is not connected');
  if (!link.mirror.hasAction(ask.domain, ask.action)) {
    throw new TomteError('home.action_unknown', `There is no ${name} in the home`);
  }
  const target = ask.entities.length > 0 ? { target: { entity_id: ask.entities } } : {};
  const request = { domain: ask.domain, service: ask.action, service_data: ask.data, ...target };
  const result = await link.call(
    'call_service',
    { ...request, return_response: true },
    { timeoutMs: answerMs, ...(signal ? { signal } : {}) },
  );
  const response = isPlain(result) ? result.response : undefined;
  if (!isPlain(response)) throw new TomteError('home.call_failed', `${name} gave no answer`);
  return response;
}
