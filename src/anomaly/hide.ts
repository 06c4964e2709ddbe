import type { Finding } from '@tomte/sdk/define';
import type { Severity } from '@tomte/sdk/home';
import type { AnswerId } from '@tomte/sdk/types-detect';
import { duration } from '@tomte/sdk/words';
import { localHours } from './local-hour.ts';

/** What is not told any more, because a person said so of one like it. Plain JSON. */
export interface Hide {
  readonly detector: string;
  readonly rule: string | null;
  /** Findings of other sensors are told. */
  readonly entities: readonly string[];
  /** First and last local hour it may begin in; null for any. */
  readonly hours: readonly [number, number] | null;
  /** More than this, in the rule's own unit, is told. */
  readonly sizeMax: number | null;
  /** What is more urgent is told. */
  readonly severity: Severity;
}

type Judged = Pick<Finding, 'detector' | 'entities' | 'since' | 'severity' | 'rule' | 'size'>;

const urgency: Record<Severity, number> = { digest: 0, today: 1, now: 2 };
/** Rules of physics and not of habit: no answer hides them. */
const alwaysTold: Readonly<Record<string, readonly string[]>> = { water: ['pouring', 'much'] };
/** How much more than this one may be, where there was a reason, and where it was a trifle. */
const expectedFactor = 1.5;
const trifleFactor = 1.25;
const hoursAround = 2;

/** What an answer hides; null where it hides nothing. */
export function hideFor(finding: Judged, answer: AnswerId, zone: string): Hide | null {
  const { detector, entities, severity, since } = finding;
  const rule = finding.rule ?? null;
  if (answer === 'right' || alwaysTold[detector]?.includes(rule ?? '')) return null;
  const size = finding.size ?? null;
  const { hour } = localHours(zone)(since);
  const factor = answer === 'expected' ? expectedFactor : trifleFactor;
  return {
    ...{ detector, rule, entities: [...entities], severity },
    hours:
      answer === 'expected'
        ? [(hour - hoursAround + 24) % 24, (hour + hoursAround + 24) % 24]
        : null,
    sizeMax: size === null ? null : Number((size * factor).toPrecision(3)),
  };
}

/** True when this finding is one of those. */
export function isHidden(finding: Judged, hide: Hide, zone: string): boolean {
  if (finding.detector !== hide.detector) return false;
  if (hide.rule !== null && finding.rule !== hide.rule) return false;
  if (urgency[finding.severity] > urgency[hide.severity]) return false;
  if (hide.sizeMax !== null && (finding.size ?? 0) > hide.sizeMax) return false;
  if (!isSame(finding, hide)) return false;
  return hide.hours === null || isBetween(localHours(zone)(finding.since).hour, hide.hours);
}

/** Motion is of the whole house; all others are of their sensors. */
const isSame = (finding: Judged, hide: Hide): boolean =>
  finding.detector === 'motion'
    ? finding.entities.some((id) => hide.entities.includes(id))
    : finding.entities.every((id) => hide.entities.includes(id));

const isBetween = (hour: number, [from, to]: readonly [number, number]): boolean =>
  from <= to ? hour >= from && hour <= to : hour >= from || hour <= to;

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** `Such as this between 06:00 and 11:00, up to 60 L`. */
export function hideWords(hide: Hide): string {
  const hours =
    hide.hours === null
      ? 'at any hour'
      : `between ${clock(hide.hours[0])} and ${clock((hide.hours[1] + 1) % 24)}`;
  const size = hide.sizeMax === null ? null : sizeWords(hide);
  return `Such as this, ${hours}${size === null ? '' : `, up to ${size}`}`;
}

function sizeWords({ detector, rule, sizeMax }: Hide): string | null {
  const value = Number(sizeMax!.toPrecision(2));
  if (detector === 'water') return `${value} L`;
  if (detector === 'cold') return `${value} °C above usual`;
  if (detector === 'door' || detector === 'doors' || detector === 'silence')
    return duration(value * 60_000);
  if (detector !== 'power') return null;
  if (rule === 'on') return duration(value * 60_000);
  return rule === 'cycles' ? `${Math.floor(value)} starts` : `${value} W`;
}
