/** What Tomte itself asks: each with the text or choice that stands without a model. */
import type { DecideChoice, DecideText } from '@tomte/sdk/decide';

export interface Told {
  readonly title: string;
  readonly text: string;
  readonly lines?: readonly string[] | undefined;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
  /** Of the things and rooms it is about. */
  readonly names?: readonly string[] | undefined;
}

const alertTextMax = 240;

/** The text of an alert in better words; its title and severity are never a model's. */
export const alertWords = ({
  title,
  text,
  lines = [],
  facts = {},
  names = [],
}: Told): DecideText => ({
  kind: 'text',
  question: 'Say this news of the home in one or two plain sentences, calmly and with its numbers.',
  facts: { title, text, lines, ...facts },
  names,
  lengthMax: alertTextMax,
  fallback: text,
});

export interface Cause {
  readonly id: string;
  readonly text: string;
}

/** Causes by what a finding is about; none of them makes anything less urgent. */
const causes: Readonly<Record<string, readonly Cause[]>> = {
  water: [
    { id: 'toilet', text: 'a toilet that runs' },
    { id: 'tap', text: 'a tap left open' },
    { id: 'garden', text: 'garden watering' },
    { id: 'machine', text: 'a washing machine or dishwasher' },
    { id: 'leak', text: 'a leaking pipe' },
  ],
  cold: [
    { id: 'door', text: 'its door is not quite closed' },
    { id: 'filled', text: 'something warm was put in' },
    { id: 'ice', text: 'ice on its back wall' },
    { id: 'power', text: 'it has no power' },
  ],
  power: [
    { id: 'left-on', text: 'something was left on' },
    { id: 'heating', text: 'electric heating' },
    { id: 'new', text: 'a new device' },
    { id: 'fault', text: 'a device that does not switch off' },
  ],
  silence: [
    { id: 'battery', text: 'an empty battery' },
    { id: 'radio', text: 'a weak radio connection' },
    { id: 'integration', text: 'its integration does not answer' },
  ],
};

export const unknownCause = 'unknown';

/** Null where nothing is known that it could be. */
export function probableCause(
  about: string,
  { title, text, facts = {}, names = [] }: Told,
): DecideChoice | null {
  const known = causes[about];
  if (!known) return null;
  return {
    question: 'What is the most probable cause of this finding?',
    options: [...known, { id: unknownCause, text: 'cannot be said' }],
    facts: { title, text, ...facts },
    names,
    fallback: unknownCause,
  };
}

const newsMin = 3;

/** How a digest is put in order, of those ways that make a difference; null where none does. */
export function digestOrder(counts: {
  readonly news: number;
  readonly rooms: number;
  readonly kinds: number;
}): DecideChoice | null {
  const ways = [
    ...(counts.rooms > 1 ? [{ id: 'room', text: 'by room' }] : []),
    ...(counts.kinds > 1 ? [{ id: 'kind', text: 'by kind' }] : []),
  ];
  if (counts.news < newsMin || ways.length === 0) return null;
  return {
    question: 'In which order is this list of news easiest to read?',
    options: [{ id: 'time', text: 'by time' }, ...ways],
    facts: counts,
    fallback: 'time',
  };
}
