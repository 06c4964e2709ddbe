/** Settings as the words of a question meet them: from the schema alone. Pure. */
import { rootOf } from '../words/synonyms.ts';
import type { Unit, WhatIf } from './question.ts';

export interface Setting {
  /** The detector it belongs to; null for one of the workflow itself. */
  readonly detector: string | null;
  readonly key: string;
  /** As a person reads it. */
  readonly label: string;
  readonly kind: 'number' | 'time' | 'flag' | 'choice' | 'other';
  readonly unit: Unit | null;
  readonly lowest: number;
  readonly highest: number;
  readonly choices: readonly string[];
  /** As it is now: saved, else its default. */
  readonly now: unknown;
  readonly words: ReadonlySet<string>;
}

/** What a question would have a setting be. */
export interface Asked {
  readonly setting: Setting;
  readonly value: unknown;
  /** How well the words fit. */
  readonly score: number;
  /** Below or above what the setting takes. */
  readonly outside: boolean;
}

interface Property {
  readonly type?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Property[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Moves with its own words only, never with a bare number. */
export const sliderKey = 'sooner';
const clockPattern = /\\d\|2\[0-3\]/;

export function settingsOf(
  schema: Record<string, unknown>,
  saved: Record<string, unknown>,
  detector: string | null,
): Setting[] {
  const properties = (schema.properties ?? {}) as Record<string, Property>;
  return Object.entries(properties).map(([key, property]) => {
    const inner = property.anyOf?.find(({ type }) => type !== 'null') ?? property;
    const label = property.description ?? key;
    const parts = `${key.replace(/[A-Z]/g, (letter) => ` ${letter}`)} ${label}`;
    return {
      ...{ detector, key, label },
      kind: kindOf(inner),
      unit: unitOf(key, label),
      lowest: inner.minimum ?? Number.NEGATIVE_INFINITY,
      highest: inner.maximum ?? Number.POSITIVE_INFINITY,
      choices: (inner.enum ?? []).map(String),
      now: saved[key] ?? property.default,
      words: new Set(rootsIn(parts)),
    };
  });
}

const rootsIn = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2)
    .map(rootOf);

function kindOf({ type, pattern, enum: choices }: Property): Setting['kind'] {
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'boolean') return 'flag';
  if (choices) return 'choice';
  return type === 'string' && clockPattern.test(pattern ?? '') ? 'time' : 'other';
}

function unitOf(key: string, label: string): Unit | null {
  const found = (
    [
      [/Minutes$/, /\bminutes\b/i, 'min'],
      [/^hours$|Hours$/, /\bhours\b/i, 'h'],
      [/Litres/, /\bL\/min\b|\blitres?\b/i, 'L'],
      [/Percent$/, /\bpercent\b/i, '%'],
      [/Degrees$/, /°C|\bdegrees\b/i, '°'],
      [/W(?:atts)?$/, /\b[Ww]atts\b|, W\b/, 'W'],
    ] as const
  ).find(([name, text]) => name.test(key) || text.test(label));
  return found?.[2] ?? null;
}

/** What the question can mean among these; `called` are the words that name the workflow. */
export function askedOf(question: WhatIf, settings: readonly Setting[], called: string): Asked[] {
  const names = new Set(rootsIn(called));
  const said = [...new Set(question.words.filter((word) => word.length > 2).map(rootOf))];
  return settings.flatMap((setting): Asked[] => {
    const hits = said.filter((root) => setting.words.has(root));
    const own = hits.filter((root) => !names.has(root)).length;
    const value = valueFor(setting, question, own);
    if (value === undefined) return [];
    const sameUnit =
      setting.kind === 'number' && question.number?.unit != null && setting.unit !== null;
    const outside =
      typeof value === 'number' && (value < setting.lowest || value > setting.highest);
    // A word that names the workflow tells its settings apart less well.
    const score =
      own +
      (hits.length - own) / 2 +
      (sameUnit ? 2 : 0) +
      (setting.key === sliderKey ? 3 : 0) +
      timeScore(setting, question);
    return [{ setting, value, score, outside }];
  });
}

/** `at 6` is a time before it is a number; `until 5:00` is of a setting that says where something ends. */
function timeScore({ kind, key, label }: Setting, { edge, time }: WhatIf): number {
  if (kind !== 'time' || time === null) return 0;
  const isEdge =
    edge === 'until'
      ? /until|till|end/i.test(key) || /\b(?:by|until)\b/i.test(label)
      : edge === 'from' && (/from|begin|start|after/i.test(key) || /\bnot before\b/i.test(label));
  return isEdge ? 1.5 : 0.5;
}

/** Undefined where the setting cannot be meant. `own` counts its words that were said. */
function valueFor(setting: Setting, question: WhatIf, own: number): unknown {
  const { number, time, slid, turned } = question;
  if (setting.key === sliderKey && setting.kind === 'number') return sliderValue(setting, question);
  if (slid !== null && number === null && time === null) return undefined;
  switch (setting.kind) {
    case 'number':
      return number ? inUnitOf(setting, number) : undefined;
    case 'time':
      return time ?? undefined;
    case 'flag':
      if (number || time || own === 0) return undefined;
      return turned === null ? !question.negative : turned === 'on';
    case 'choice':
      if (number || time || turned) return undefined;
      return setting.choices.find((choice) =>
        choice.split(' ').every((word) => question.words.includes(word)),
      );
    case 'other':
      return undefined;
  }
}

function sliderValue(setting: Setting, { slid, number, words, time }: WhatIf): number | undefined {
  if (number && number.unit === null && words.some((word) => /^(?:slider|stop)$/.test(word))) {
    return number.value;
  }
  if (slid === null || number || time || typeof setting.now !== 'number') return undefined;
  return setting.now + (slid === 'sooner' ? 1 : -1);
}

const factors: Readonly<Record<string, number>> = {
  ...{ 'h>min': 60, 's>min': 1 / 60, 'min>h': 1 / 60, 's>h': 1 / 3600, 'kW>W': 1000 },
};

function inUnitOf({ unit }: Setting, said: NonNullable<WhatIf['number']>): number | undefined {
  // A setting that does not say its unit may be meant; one that says another is not.
  if (said.unit === null || unit === null || unit === said.unit) return said.value;
  const factor = factors[`${said.unit}>${unit}`];
  return factor === undefined ? undefined : Number((said.value * factor).toPrecision(10));
}
