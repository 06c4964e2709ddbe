/** What Tomte itself asks: each with the text or choice that stands without a model. */
import type { DecideChoice, DecideText } from '@tomte/sdk/decide';

export interface Told {
  readonly title: string;
  readonly text: string;
  readonly lines?: readonly string[] | undefined;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

const alertTextMax = 240;

/** The text of an alert in better words; its title and severity are never a model's. */
export const alertWords = ({ title, text, lines = [], facts = {} }: Told): DecideText => ({
  kind: 'text',
  question: 'Say this news of the home in one or two plain sentences, calmly and with its numbers.',
  facts: { title, text, lines, ...facts },
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
  { title, text, facts = {} }: Told,
): DecideChoice | null {
  const known = causes[about];
  if (!known) return null;
  return {
    question: 'What is the most probable cause of this finding?',
    options: [...known, { id: unknownCause, text: 'cannot be said' }],
    facts: { title, text, ...facts },
    fallback: unknownCause,
  };
}

/** The morning in a few sentences, from numbers that code made. */
export const morningWords = (
  facts: Readonly<Record<string, unknown>>,
  fallback: string,
): DecideText => ({
  kind: 'text',
  question:
    'Tell the people of the home what matters this morning, in at most four plain sentences.',
  facts,
  lengthMax: 600,
  fallback,
});

/** How a digest is put in order: by what code can make of it. */
export const digestOrder = (counts: {
  readonly news: number;
  readonly rooms: number;
  readonly kinds: number;
}): DecideChoice => ({
  question: 'In which order is this list of news easiest to read?',
  options: [
    { id: 'time', text: 'by time' },
    { id: 'room', text: 'by room' },
    { id: 'kind', text: 'by kind' },
  ],
  facts: counts,
  fallback: 'time',
});
