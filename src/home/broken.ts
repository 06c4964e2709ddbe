import type { EntityInfo } from '@tomte/sdk/home';
import type { FirstLook } from '@tomte/sdk/types';
import { count, duration } from '@tomte/sdk/words';
import type { InventoryInput } from './inventory.ts';

/** What Home Assistant says of itself. Answers that were refused or not understood are null. */
export interface BrokenInput extends InventoryInput {
  readonly now: number;
  /** `energy/validate`. */
  readonly energyIssues: unknown;
  /** `config_entries/get`. */
  readonly entries: unknown;
  /** `repairs/list_issues`. */
  readonly repairs: unknown;
  readonly config: { readonly components?: readonly string[] } | null;
}

type Broken = FirstLook['broken'][number];
interface Found extends Broken {
  /** How much is lost by it: the worst is shown first. */
  readonly weight: number;
}

const shownMax = 3;
const longMs = 24 * 3_600_000;
const lowPercent = 15;
/** With this share of its entities silent the integration is the cause, not the devices. */
const silentShare = 0.8;

/** What is broken: at most three, one for each cause, the worst first, each with its fix. Pure. */
export function broken(o: BrokenInput): Broken[] {
  const entries = entriesOf(o.entries);
  const explained = new Set(entries.map((entry) => entry.domain));
  const found = [
    ...recorderOff(o),
    ...brokenEntries(entries, o),
    ...silent(o, explained),
    ...lowBatteries(o),
    ...energyPage(o),
    ...openRepairs(o),
  ];
  return found
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, shownMax)
    .map(({ weight: _weight, ...shown }) => shown);
}

function recorderOff({ config }: BrokenInput): Found[] {
  if (!config?.components || config.components.includes('recorder')) return [];
  return [
    {
      weight: 1000,
      title: 'Home Assistant keeps no history',
      detail:
        'Its recorder is off, so nothing can be learned from the past or filled in after a gap.',
      fix: 'Add default_config: or recorder: to configuration.yaml and restart.',
      entities: [],
    },
  ];
}

interface Entry {
  readonly domain: string;
  readonly title: string;
  readonly state: string;
  readonly reason: string | null;
}
const badStates = ['setup_error', 'setup_retry', 'migration_error', 'failed_unload'];

function entriesOf(answer: unknown): Entry[] {
  return objects(answer).flatMap((entry) => {
    const { domain, title, state, reason, disabled_by: disabledBy } = entry;
    if (typeof domain !== 'string' || typeof state !== 'string') return [];
    if (!badStates.includes(state) || (disabledBy ?? null) !== null) return [];
    const name = typeof title === 'string' && title !== '' ? title : domain;
    return [{ domain, title: name, state, reason: typeof reason === 'string' ? reason : null }];
  });
}

const outside = /connect|timeout|timed out|web ?site|resolve|dns|unreachable|network|host/i;

/** Integrations that wait for something outside are one cause; a failed set-up is each its own. */
function brokenEntries(entries: readonly Entry[], o: BrokenInput): Found[] {
  const waiting = entries.filter((e) => e.state === 'setup_retry' && outside.test(e.reason ?? ''));
  const single = entries.filter((e) => waiting.length < 2 || !waiting.includes(e));
  const all = single.map((entry): Found => {
    const entities = ofPlatform(o, entry.domain);
    const retries = entry.state === 'setup_retry';
    return {
      weight: (retries ? 300 : 400) + entities.length,
      title: `${entry.title} does not ${retries ? 'answer' : 'start'}`,
      detail: sentence(entry.reason ?? 'Home Assistant gives no reason; its log may.'),
      fix: retries
        ? 'Check that it is switched on and in the network; Home Assistant tries again by itself.'
        : 'Settings, Devices & services: open it, read the error, then reload or set it up again.',
      entities,
    };
  });
  if (waiting.length < 2) return all;
  const entities = waiting.flatMap((entry) => ofPlatform(o, entry.domain));
  const names = waiting.map((entry) => entry.title);
  return [
    ...all,
    {
      weight: 350 + entities.length,
      title: `${count(waiting.length, 'integration')} cannot reach what they need`,
      detail: `${listed(names)}. ${sentence(waiting[0]!.reason ?? '')}`,
      fix: 'Check that Home Assistant can reach the internet, then each of them.',
      entities,
    },
  ];
}

const ofPlatform = (o: InventoryInput, platform: string): string[] =>
  o.infos.filter((info) => info.platform === platform).map((info) => info.id);

/** Silent for a day: by integration where nearly all of it is silent, else by device. */
function silent(o: BrokenInput, explained: ReadonlySet<string>): Found[] {
  const gone = o.infos.filter((info) => {
    const state = o.states.entity(info.id);
    return (
      state?.state === 'unavailable' &&
      o.now - state.lastChanged >= longMs &&
      !explained.has(info.platform ?? '')
    );
  });
  const byPlatform = Map.groupBy(gone, (info) => info.platform ?? '');
  return [...byPlatform].flatMap(([platform, infos]) => {
    const all = o.infos.filter((info) => (info.platform ?? '') === platform).length;
    const whole = platform !== '' && infos.length >= 5 && infos.length >= silentShare * all;
    if (whole) return [silentGroup(`The integration ${platform} is silent`, infos, o, 200)];
    return [...Map.groupBy(infos, (info) => info.device ?? info.name)].map(([device, own]) =>
      silentGroup(`${device} is silent`, own, o, 100),
    );
  });
}

function silentGroup(
  title: string,
  infos: readonly EntityInfo[],
  o: BrokenInput,
  weight: number,
): Found {
  const since = Math.min(...infos.map((info) => o.states.entity(info.id)!.lastChanged));
  const area = infos.find((info) => info.area !== null)?.area;
  return {
    weight: weight + Math.min(99, infos.length),
    title,
    detail: `${count(infos.length, 'entity', 'entities')}${area ? ` (${area})` : ''} without a word for ${duration(o.now - since)}.`,
    fix:
      weight >= 200
        ? 'Restart its app or re-plug its stick; if you removed it, delete it in Home Assistant.'
        : 'Check its power or battery, then whether it is in reach; if you removed it, delete it.',
    entities: infos.map((info) => info.id),
  };
}

/** Batteries of things; a home battery and a phone are charged by themselves. */
function lowBatteries(o: BrokenInput): Found[] {
  const low = o.infos.filter((info) => {
    if (info.deviceClass !== 'battery' || info.platform === 'mobile_app') return false;
    if (/home|house|storage|powerwall|car|(^|[^a-z])ev/i.test(`${info.id} ${info.name}`))
      return false;
    const state = o.states.entity(info.id)?.state ?? '';
    if (info.domain === 'binary_sensor') return state === 'on';
    const percent = Number(state);
    return info.unit === '%' && state.trim() !== '' && percent <= lowPercent;
  });
  if (low.length === 0) return [];
  const names = low.map((info) => {
    const state = o.states.entity(info.id)!.state;
    const value = info.domain === 'sensor' ? ` ${Math.round(Number(state))} %` : '';
    return `${info.device ?? info.name}${value}`;
  });
  return [
    {
      weight: 150 + Math.min(40, low.length),
      title: `${count(low.length, 'battery is', 'batteries are')} nearly empty`,
      detail: `${listed(names)}.`,
      fix: 'Change them before they fall silent.',
      entities: low.map((info) => info.id),
    },
  ];
}

/** `energy/validate`: lists of issues, beside the lists of the preferences. */
function energyPage({ energyIssues }: BrokenInput): Found[] {
  const lists = Object.values((energyIssues ?? {}) as Record<string, unknown>);
  const issues = lists.flat(2).flatMap((issue) => objects([issue]));
  const kinds = [...new Set(issues.map((issue) => String(issue.type ?? '')))].filter(
    (k) => k !== '',
  );
  if (kinds.length === 0) return [];
  const entities = issues
    .flatMap((issue) => (Array.isArray(issue.affected_entities) ? issue.affected_entities : []))
    .flatMap((one: unknown) => (Array.isArray(one) && typeof one[0] === 'string' ? [one[0]] : []));
  const words = kinds.map((kind) => kind.replaceAll('_', ' '));
  return [
    {
      weight: 120,
      title: `The energy page has ${count(kinds.length, 'problem')}`,
      detail: `${capital(listed(words))}${entities.length > 0 ? `: ${listed([...new Set(entities)])}` : ''}.`,
      fix: 'Settings, Dashboards, Energy shows each with its source.',
      entities: [...new Set(entities)],
    },
  ];
}

function openRepairs({ repairs }: BrokenInput): Found[] {
  const list = objects((repairs as { issues?: unknown } | null)?.issues);
  const open = list.filter(
    (issue) => issue.ignored !== true && ['error', 'critical'].includes(String(issue.severity)),
  );
  if (open.length === 0) return [];
  const domains = [
    ...new Set(open.map((issue) => String(issue.issue_domain ?? issue.domain ?? ''))),
  ];
  return [
    {
      weight: 110,
      title: `Home Assistant asks for ${count(open.length, 'repair')}`,
      detail: `${capital(listed(domains))}.`,
      fix: 'Settings, System, Repairs shows what to do, step by step.',
      entities: [],
    },
  ];
}

const objects = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value)
    ? value.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null)
    : [];

const listed = (names: readonly string[]): string =>
  names.length > 3
    ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
    : names.join(', ');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
/** One line, ended: reasons of integrations end in colons and spaces. */
const sentence = (text: string): string =>
  `${text
    .trim()
    .replace(/[\s.:]+$/, '')
    .slice(0, 160)}.`;
