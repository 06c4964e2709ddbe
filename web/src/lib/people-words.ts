/** Who is told, in words. Pure. */
import type { ChannelRow, EntityRow } from '@tomte/sdk/types';
import type { Person, Route, RoutePreview, RouteStep } from '@tomte/sdk/types-people';
import { clockTime, moment } from '@tomte/sdk/words';

/** What a form about people may choose from. */
export interface AboutPeople {
  readonly persons: readonly Person[];
  readonly channels: readonly ChannelRow[];
  readonly entities: readonly EntityRow[];
}

export const urgencies = [
  ['now', 'Now'],
  ['today', 'Today'],
  ['digest', 'Digest'],
] as const;
const urgencyWords = Object.fromEntries(urgencies) as Record<Route['severities'][number], string>;

const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
const nameIn = (rows: readonly { id: string; name: string }[], id: string): string =>
  rows.find((row) => row.id === id)?.name ?? 'somebody who is gone';

/** `Phone and e-mail. Quiet 22:00 to 07:00, except for what needs somebody now. Is not asked for a yes.` */
export function personWords(person: Person, channels: readonly ChannelRow[]): string {
  const { quiet } = person;
  return [
    person.channels.length === 0
      ? 'No channel of their own.'
      : `${listed(person.channels.map((id) => nameIn(channels, id)))}.`,
    quiet ? `Quiet ${quiet.from} to ${quiet.to}, except for what needs somebody now.` : '',
    person.maySayYes ? '' : 'Their yes does not count.',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** `Maja gets no more messages here since 02:44, by the link in a message.`; null where nobody ended it. */
export function stoppedWords(
  { id, enabled, stoppedAt }: ChannelRow,
  persons: readonly Person[],
  o: { now: number; zone: string },
): string | null {
  if (enabled || stoppedAt === null) return null;
  const when = moment(Date.parse(stoppedAt), o.now, o.zone);
  const who = persons.filter(({ channels }) => channels.includes(id)).map(({ name }) => name);
  if (who.length === 0) return `Ended ${when} by the link in a message.`;
  const gets = who.length === 1 ? 'gets' : 'get';
  return `${listed(who)} ${gets} no more messages here since ${when}, by the link in a message.`;
}

/** Those of a person's channels that somebody ended, in words. */
export const endedWords = (
  person: Person,
  channels: readonly ChannelRow[],
  o: { now: number; zone: string },
): string[] =>
  channels
    .filter(({ id }) => person.channels.includes(id))
    .flatMap((channel) => {
      const words = stoppedWords(channel, [person], o);
      return words === null ? [] : [`${channel.name}: ${words}`];
    });

/** `Now, in Cellar, 22:00 to 07:00: Maja at once; Ola if nobody saw it after 10 min.` */
export function routeWords(route: Route, about: Omit<AboutPeople, 'entities'>): string {
  const { severities, areas, hours, presence, steps } = route;
  const what =
    severities.length === 0 ? 'Everything' : listed(severities.map((one) => urgencyWords[one]));
  const where = areas.length === 0 ? '' : `, in ${listed(areas)}`;
  const span = hours ? `, ${hours.from} to ${hours.to}` : '';
  const whose = { all: '', home: ' Of them whoever is home.', away: ' Of them whoever is away.' };
  return `${what}${where}${span}: ${steps.map((step) => stepWords(step, about)).join('; ')}.${whose[presence]}`;
}

function stepWords(step: RouteStep, { persons, channels }: Omit<AboutPeople, 'entities'>): string {
  const names = [
    ...step.persons.map((id) => nameIn(persons, id)),
    ...step.channels.map((id) => nameIn(channels, id)),
  ];
  const who = names.length === 0 ? 'everybody' : listed(names);
  return step.afterMinutes === 0
    ? `${who} at once`
    : `${who} if nobody saw it after ${step.afterMinutes} min`;
}

/** What would happen at `at`: which route it is, and one line for each of its steps. */
export function previewWords(
  preview: RoutePreview,
  o: { routes: readonly Route[]; at: number; zone: string },
): { by: string; steps: string[] } {
  const route = o.routes.find(({ id }) => id === preview.route);
  const how = { 'at once': '', quiet: ', when quiet hours end', digest: ', in the morning' };
  const now =
    route && route.presence !== 'all' ? ' Who is home is taken as it is at this moment.' : '';
  return {
    by: route ? `The route “${route.name}” fits.${now}` : 'No route fits: everybody is told.',
    steps: preview.steps.map(({ afterMinutes, told }) => {
      const when =
        afterMinutes === 0
          ? `At ${clockTime(o.at, o.zone)}`
          : `At ${clockTime(o.at + afterMinutes * 60_000, o.zone)}, if nobody saw it`;
      const who = told.map(
        (one) => `${one.person ? `${one.person} (${one.name})` : one.name}${how[one.how]}`,
      );
      return `${when}: ${who.length === 0 ? 'nobody, no channel takes it' : listed(who)}.`;
    }),
  };
}
