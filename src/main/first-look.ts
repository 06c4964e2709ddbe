import { aboutsOf, type Finding } from '@tomte/sdk/define';
import type { HourRow } from '@tomte/sdk/home';
import type { FirstLook } from '@tomte/sdk/types';
import { settingsFor } from '../engine/fire.ts';
import { broken, inventory } from '../home/inventory.ts';
import type { Link } from '../home/link.ts';
import { iso } from '../lib/clock.ts';
import type { HomeRow } from '../store/homes.ts';
import { findingChart } from './charts.ts';
import type { PlaceParts } from './parts.ts';

const dayMs = 86_400_000;
const shownMax = 3;

export interface FirstLookInput {
  readonly parts: PlaceParts;
  readonly row: HomeRow;
  readonly link: Link;
  readonly hours: ReadonlyMap<string, readonly HourRow[]>;
  readonly found: readonly Finding[];
  readonly startedAt: number;
  readonly picks: readonly string[];
  readonly learnedStates: Readonly<Record<string, unknown>>;
}

/** The four cards shown right after Authorize. Each says at most three things, each with its evidence. */
export async function composeFirstLook(o: FirstLookInput): Promise<FirstLook> {
  const { link, parts, row } = o;
  const { mirror } = link;
  const infos = mirror.infos();
  const optional = async (type: string) => {
    try {
      return await link.call(type);
    } catch (error) {
      parts.log.debug({ err: error, type }, 'this home does not answer that');
      return null;
    }
  };
  const [energyPrefs, energyIssues, entries, repairs] = await Promise.all(
    ['energy/get_prefs', 'energy/validate', 'config_entries/get', 'repairs/list_issues'].map(
      optional,
    ),
  );
  const common = {
    infos,
    states: mirror,
    energyPrefs,
    statistics: [...o.hours.keys()],
    now: parts.clock.now(),
  };
  const firstHour = Math.min(
    parts.clock.now(),
    ...[...o.hours.values()].map((rows) => rows[0]?.start ?? parts.clock.now()),
  );
  const raised = o.found.filter((f) => f.kind === 'raised');
  return {
    home: row.id,
    state: 'done',
    progress: { done: 60, of: 60, what: 'Done' },
    startedAt: iso(o.startedAt),
    finishedAt: iso(parts.clock.now()),
    days: Math.round((parts.clock.now() - firstHour) / dayMs),
    have: inventory(common),
    unusual: raised
      .toSorted((a, b) => b.probability - a.probability || b.at - a.at)
      .slice(0, shownMax)
      .map((finding) => unusual(o, finding)),
    broken: broken({ ...common, energyIssues, entries, repairs, config: mirror.config }).slice(
      0,
      shownMax,
    ),
    couldSwitchOn: (await couldSwitchOn(o, raised))
      .toSorted((a, b) => b.wouldHaveTold - a.wouldHaveTold || placeOf(o, a) - placeOf(o, b))
      .slice(0, shownMax),
    error: null,
  };
}

function unusual(o: FirstLookInput, raised: Finding): FirstLook['unusual'][number] {
  const cleared = o.found.find((f) => f.kind === 'cleared' && f.episode === raised.episode);
  const last = o.found.findLast((f) => f.episode === raised.episode) ?? raised;
  const story = cleared ?? last;
  // Last words such as “Over: the base load is as usual” say nothing of what it was.
  const wordless = story.title.startsWith('Over');
  return {
    title: wordless ? raised.title : story.title,
    text: wordless ? `${raised.text} ${story.text}` : story.text,
    from: iso(raised.since),
    to: cleared ? iso(cleared.at) : null,
    entities: [...raised.entities],
    facts: story.facts,
    chart: findingChart(o.parts, {
      zone: o.row.time_zone,
      finding: raised,
      until: cleared?.at ?? null,
      hours: o.hours.get(raised.entities[0] ?? '') ?? [],
      info: o.link.mirror.info(raised.entities[0] ?? ''),
      place: o.link.mirror.config,
      state: o.learnedStates[raised.detector] ?? null,
    }),
  };
}

/** What does most harm where nobody tells it, first. */
const byHarm = ['water', 'safety', 'cold', 'motion', 'door', 'power', 'silence', 'battery'];
function placeOf(o: FirstLookInput, { workflow }: { workflow: string }): number {
  const definition = o.parts.workflows.get(workflow)!;
  const abouts = aboutsOf(definition, definition.settings.parse({}));
  const place = byHarm.findIndex((about) => abouts.includes(about));
  return place < 0 ? byHarm.length : place;
}

async function couldSwitchOn(
  o: FirstLookInput,
  raised: readonly Finding[],
): Promise<FirstLook['couldSwitchOn']> {
  const infos = o.link.mirror.infos();
  const found: FirstLook['couldSwitchOn'] = [];
  for (const [name, workflow] of o.parts.workflows) {
    const settings = await settingsFor(workflow, undefined);
    if (settings === null) continue;
    const abouts = aboutsOf(workflow, settings);
    const detectors = [...o.parts.detectors].filter(([, d]) => abouts.includes(d.about));
    if (!detectors.some(([, d]) => d.picks(infos).length > 0)) continue;
    const told = raised.filter((f) => detectors.some(([d]) => d === f.detector)).length;
    const { title, text } = workflow;
    found.push({ workflow: name, title, text, wouldHaveTold: told, settings: {} });
  }
  return found;
}
