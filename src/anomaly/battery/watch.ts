import type { DetectorContext, Watch } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { amount, count, duration, moment } from '@tomte/sdk/words';
import { z } from 'zod';
import { aroundSensors } from '../around.ts';
import { quantile } from '../baseline.ts';
import type { Suspicion } from '../episode.ts';
import { fit, nameOf, round, titled, type Worded } from '../fit.ts';
import { dayMs, hourMs } from '../local-hour.ts';
import { chosenSensors, patienceOf, sooner } from '../sooner.ts';
import { numberOf } from '../units.ts';
import { partOf, watchParts } from '../watch-parts.ts';

export const batterySettings = z.strictObject({
  sooner,
  lowPercent: z
    .number()
    .min(0)
    .max(50)
    .default(5)
    .describe('A battery at this level or below is told, in percent'),
  sensors: chosenSensors,
});
type BatterySettings = z.output<typeof batterySettings>;

/** One battery; percent, epoch ms. Plain JSON. */
interface BatteryPart {
  readonly id: string;
  at: number;
  value: number | null;
  /** Levels once in six hours, four weeks of them; newest last. What was told is no habit. */
  readonly marks: { t: number; v: number; told?: true }[];
  /** Since when it is at or below the limit. */
  lowSince: number | null;
}

const newBattery = (id: string): BatteryPart => ({
  id,
  at: 0,
  value: null,
  marks: [],
  lowSince: null,
});

const markMs = 6 * hourMs;
const marksMax = 112;
const windowMs = 2 * dayMs;
/** Percent in two days that no healthy battery of a sensor loses, cold nights included. */
const dropMin = 12;
const dropUnlearned = 25;
/** More at once is a new battery, and the past is another's. */
const newAbove = 15;

/** Batteries that are charged each day have a device of their own to say so. */
const chargedWords =
  /phone|tablet|watch|laptop|(home|house) battery|ipad|iphone|pixel|galaxy|vacuum|robot|car\b|vehicle|ev\b|powerwall|solar|storage|inverter|ups\b|mower|bike|scooter|toothbrush/i;

export function batterySensors(
  entities: readonly EntityInfo[],
  chosen: readonly string[] = [],
): EntityInfo[] {
  return entities.filter((e) => {
    if (e.domain !== 'sensor' || e.unit !== '%') return false;
    if (chosen.length > 0) return chosen.includes(e.id);
    return (
      e.deviceClass === 'battery' &&
      !chargedWords.test(
        `${e.id} ${e.name} ${e.device ?? ''} ${e.platform === 'mobile_app' ? 'phone' : ''}`.replace(
          /[_.-]/g,
          ' ',
        ),
      )
    );
  });
}

/** Watches batteries: one that falls faster than it ever did, and one that is nearly empty. */
export function watchBatteries(context: DetectorContext<BatterySettings>): Watch {
  const { settings, entities, zone } = context;
  const sensors = new Map(batterySensors(entities, settings.sensors).map((e) => [e.id, e]));
  return watchParts<BatteryPart>({
    ids: [...sensors.keys()],
    around: aroundSensors([]),
    // Nothing of a battery is a matter of minutes.
    everyMinutes: 30,
    state: context.state,
    fresh: newBattery,
    rules: (parts) => ({
      detector: 'battery',
      pass(part, to, isFrozen) {
        part.at = to;
        markLevel(part, isFrozen);
      },
      hear(part, { v }) {
        const value = numberOf(v);
        if (value === null || value < 0 || value > 100) return;
        if (part.value !== null && value - part.value > newAbove) part.marks.length = 0;
        part.value = value;
        part.lowSince = value <= settings.lowPercent ? (part.lowSince ?? part.at) : null;
        markLevel(part);
      },
      suspect: (part) => suspect(part, settings),
      // A percent more or less is neither its end nor another fall.
      isOver: (part, { suspicion, episode }) =>
        suspicion === null &&
        (episode.rule !== 'falls' ||
          losses(part).now < 0.5 * leastOf(losses(part).usual, settings)),
      begin(part) {
        for (const mark of part.marks) if (part.at - mark.t <= windowMs) mark.told = true;
      },
      tell(part, { kind, episode, at }) {
        const name = nameOf(sensors.get(part.id)!);
        const others = parts.filter(
          (one) => one !== part && one.value !== null && suspect(one, settings) === null,
        ).length;
        const { since, rule } = episode;
        const told = { name, part, others, since, now: at, zone, rule };
        return { ...(kind === 'cleared' ? wordOver(told) : word(told)), probability: 0.85 };
      },
    }),
  });
}

function markLevel(part: BatteryPart, isTold = false): void {
  if (part.value === null) return;
  const last = part.marks.at(-1);
  if (last && part.at - last.t < markMs) return;
  part.marks.push({ t: part.at, v: part.value, ...(isTold ? { told: true as const } : {}) });
  if (part.marks.length > marksMax) part.marks.shift();
}

/** Highest of the two days before now, and the two-day losses of the weeks before those. */
function losses(part: BatteryPart): { now: number; from: number; usual: number | null } {
  const { marks } = part;
  let from = part.marks.length;
  let highest = part.value ?? 0;
  let since = part.at;
  while (from > 0 && part.at - marks[from - 1]!.t <= windowMs) {
    from -= 1;
    if (marks[from]!.v >= highest) {
      highest = marks[from]!.v;
      since = marks[from]!.t;
    }
  }
  const usual = usualLoss(part, from);
  return { now: highest - (part.value ?? highest), from: since, usual };
}

const usualLosses = new WeakMap<
  BatteryPart,
  { mark: number; from: number; usual: number | null }
>();
/** What two days took in the weeks before `from`, 19 of 20 times; worked out once a mark. */
function usualLoss(part: BatteryPart, from: number): number | null {
  const { marks } = part;
  const mark = marks.at(-1)?.t ?? 0;
  const known = usualLosses.get(part);
  if (known?.mark === mark && known.from === from) return known.usual;
  const before: number[] = [];
  for (let i = 8; i < from; i++) {
    if (marks.slice(i - 8, i + 1).some(({ told }) => told)) continue;
    before.push(Math.max(0, marks[i - 8]!.v - marks[i]!.v));
  }
  const usual = before.length < 28 ? null : quantile(before, 0.95);
  usualLosses.set(part, { mark, from, usual });
  return usual;
}

function suspect(part: BatteryPart, settings: BatterySettings): Suspicion | null {
  if (part.value === null) return null;
  const { now, from, usual } = losses(part);
  if (now >= leastOf(usual, settings))
    return { rule: 'falls', since: from, size: now, severity: 'today' };
  if (part.lowSince === null) return null;
  // A level that is said once may be a slip.
  if (part.at - part.lowSince < hourMs) return null;
  return { rule: 'low', since: part.lowSince, size: 1, severity: 'digest' };
}

/** The smallest thing it tells of one battery. */
export function smallestOfBattery(
  entity: EntityInfo,
  { settings, state }: Pick<DetectorContext<BatterySettings>, 'settings' | 'state'>,
): { text: string; days: number } {
  const part = partOf<BatteryPart>(state, entity.id) ?? newBattery(entity.id);
  const drop = amount(leastOf(losses(part).usual, settings), '%');
  const days = Math.round((part.marks.length * markMs) / dayMs);
  return { text: `${drop} lost in two days, or ${settings.lowPercent} % left`, days };
}

const leastOf = (usual: number | null, settings: BatterySettings): number =>
  (usual === null ? dropUnlearned : Math.max(dropMin, 5 * usual)) * patienceOf(settings.sooner);

interface Told {
  readonly name: string;
  readonly part: BatteryPart;
  /** Other batteries that are as usual: it is not their app, nor a cold night. */
  readonly others: number;
  readonly rule: string;
  readonly since: number;
  readonly now: number;
  readonly zone: string;
}

function word(told: Told): Worded {
  const { name, part, rule, since, now, zone } = told;
  const value = part.value ?? 0;
  const { now: lost, usual } = losses(part);
  const shown = amount(value, '%');
  const title =
    rule === 'low'
      ? titled(name, `: battery at ${shown}`)
      : titled(name, `: battery fell to ${shown}`);
  const from = moment(since, now, zone);
  const days = count(Math.max(1, Math.round((part.marks.length * markMs) / dayMs)), 'day');
  const usually =
    usual === null
      ? null
      : usual < 1
        ? 'less than 1 % in two days'
        : `${amount(usual, '%')} in two days`;
  const text = fit(
    title,
    rule === 'low'
      ? [`At ${shown} since ${from}.`, 'Change it before the sensor falls silent.']
      : [
          `It lost ${amount(lost, '%')} since ${from}.`,
          ...(usually
            ? [`Usually it loses ${usually}.`]
            : ['I do not know this battery for long.']),
          'A bad battery, or a sensor that cannot rest: look at it before it falls silent.',
        ],
  );
  return {
    title,
    text,
    lines: [`I know this battery for ${days}`],
    facts: {
      is: shown,
      usually: usually ? `loses ${usually}` : 'not known yet',
      since: `${from}, ${duration(now - since)}`,
      around:
        told.others === 0
          ? []
          : [`${count(told.others, 'other battery', 'other batteries')} as usual`],
      probably: rule === 'low' ? 'It is empty soon' : 'A bad battery, or a sensor that cannot rest',
      check: 'Change the battery',
      numbers: {
        rule,
        percent: round(value),
        lost: round(lost),
        usualLost: usual === null ? null : round(usual),
      },
    },
  };
}

function wordOver(told: Told): Worded {
  const shown = amount(told.part.value ?? 0, '%');
  const title = titled(`Over: ${told.name}`, ` battery at ${shown}`);
  const text = told.part.marks.length <= 1 ? 'It has a new battery.' : 'It no longer falls.';
  return { title, text, lines: [], facts: { ...word(told).facts, check: null } };
}
