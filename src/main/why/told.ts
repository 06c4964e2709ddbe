/** Why an alert came or did not, and why something was decided so: sentences from what was found and recorded. Pure. */
import type { Finding } from '@tomte/sdk/define';
import { moment } from '@tomte/sdk/words';
import { answerText } from '../../decide/compare.ts';
import type { Row } from '../../store/tables.ts';
import type { Gathered } from './gather.ts';
import type { Question } from './question.ts';

type When = (t: number) => string;

/** Null where the question is of something else, or there is nothing to say. */
export function aboutTold(one: Gathered, question: Question, now: number): string | null {
  const when: When = (t) => moment(t, now, one.home.zone);
  if (question.topic === 'decision') return aboutDecision(one, question, when);
  return question.topic === 'alert' ? aboutAlert(one, question, when) : null;
}

function aboutAlert(one: Gathered, question: Question, when: When): string | null {
  const alert = nearest(one.alerts, question, ({ since }) => since.getTime());
  if (alert) return question.negative ? notTold(one, alert, when) : cameFrom(one, alert, when);
  const episode = nearest(one.episodes, question, ({ raised_at }) => raised_at);
  if (episode) return foundOnly(one, episode, when);
  return question.negative ? nothingUnusual(one, question, when) : null;
}

/** What it was against, in the words of its detector. */
function cameFrom(one: Gathered, alert: Row<'alerts'>, when: When): string {
  const episode = one.episodes.find(({ id }) => id === alert.episode);
  const facts = episode && (episode.finding as unknown as Finding).facts;
  const usual = facts?.usually ? ` Usual there: ${facts.usually}.` : '';
  const by = one.detectors.get(alert.detector ?? '');
  const from = by ? ` Found by “${by}”` : ` Told by ${alert.workflow ?? 'Tomte itself'}`;
  return `${alert.title}, since ${when(alert.since.getTime())}: ${closed(alert.text)}${usual}${from}.`;
}

const kept: Readonly<Record<Row<'digest_items'>['why'], string>> = {
  digest: 'it is small, so it comes with the morning’s news',
  quiet: 'it was quiet hours, so it comes in the morning',
  away: 'it was over when Tomte came to hear of it, so it comes in the morning',
  held: 'there were too many at once, so it comes in the morning',
};

function notTold(one: Gathered, alert: Row<'alerts'>, when: When): string {
  const begun = `${alert.title} was noticed at ${when(alert.since.getTime())}`;
  const item = one.keptBack.find(({ alert_id }) => alert_id === alert.id);
  const parent = one.alerts.find(({ id }) => id === alert.parent);
  if (parent) return `${begun}; it was told as part of “${parent.title}”.`;
  if (alert.told_at === null && alert.held_until !== null) {
    return `${begun}; it was not told, because it must last until ${when(alert.held_until.getTime())} first.`;
  }
  if (item) return `${begun}; ${kept[item.why]}.`;
  if (alert.told_at === null) return `${begun}; it was over before it was told.`;
  const sent = one.deliveries.find(
    ({ alert_id, state }) => alert_id === alert.id && state === 'sent',
  );
  const told = `There was one: “${alert.title}”, told at ${when(alert.told_at.getTime())}`;
  if (sent) return `${told}.`;
  const failed = one.deliveries.find(
    ({ alert_id, state }) => alert_id === alert.id && state === 'failed',
  );
  if (failed) return `${told}, but no channel took it.`;
  return `${told}, but it has gone out to nobody: look at people and channels.`;
}

/** Found, and no alert of it. */
function foundOnly(one: Gathered, episode: Row<'episodes'>, when: When): string {
  const { title } = episode.finding as unknown as Finding;
  const begun = `${title} was found at ${when(episode.raised_at)}`;
  if (episode.hidden) return `${begun}; it was not told, because of your answer to one like it.`;
  const untold = one.watching?.notWatched.find(
    ({ entity, detector }) => entity === null && detector === episode.detector,
  );
  return untold ? `${begun}; ${lowered(untold.why)}` : `${begun}; no workflow told it.`;
}

/** Nothing was found: was it watched, was it seen? */
function nothingUnusual(one: Gathered, question: Question, when: When): string | null {
  if (!one.watching) return null;
  const { watched, notWatched } = one.watching;
  const subject = watched.find(({ entity }) => one.entities.has(entity));
  const [from, to] = [when(question.from), when(question.to)];
  if (subject) {
    const gap = one.gaps[0];
    if (subject.blind) return `${subject.name} cannot be judged: ${lowered(subject.blind)}.`;
    if (gap?.unknown_entities.includes(subject.entity)) {
      return `${subject.name} was not heard from ${when(gap.began_at)} to ${when(gap.ended_at)}.`;
    }
    const least = `The smallest that is told there is ${subject.smallest}`;
    const learned = subject.days === null ? '' : `, by ${subject.days} days of its past`;
    const told = subject.told ? '' : ' Nobody would be told: the workflow for it is off.';
    return `${subject.name} is watched, and nothing unusual was found between ${from} and ${to}. ${least}${learned}.${told}`;
  }
  const left = notWatched.find(({ entity }) => entity !== null && one.entities.has(entity));
  if (left) return `${left.what} is not watched. ${left.why}`;
  const [named] = one.named;
  if (!named || named.thing.kind === 'workflow') return null;
  return `Nothing watches ${named.thing.names[0]}, so nothing is told of it.`;
}

function aboutDecision(one: Gathered, question: Question, when: When): string | null {
  const decision = nearest(one.decisions, question, ({ at }) => at);
  if (!decision) return null;
  const { reason, decidedBy, told, rule } = decision;
  const asked = `At ${when(decision.at)} the question was “${decision.request.question}”`;
  const other = answerText(decision, rule);
  const choice = answerText(decision, decision.choice);
  if (decidedBy === 'rule') return `${asked} The answer was “${choice}”. ${closed(reason)}`;
  const model = told.find(({ as }) => as === 'acts')?.model ?? 'the model';
  const beside =
    other === choice ? 'The rule decides the same.' : `The rule would have decided “${other}”.`;
  return `${asked} ${model} chose “${choice}”: ${closed(reason)} ${beside}`;
}

function nearest<R>(
  rows: readonly R[],
  { at }: Question,
  timeOf: (row: R) => number,
): R | undefined {
  if (at === null) return rows[0];
  return [...rows].sort((a, b) => Math.abs(timeOf(a) - at) - Math.abs(timeOf(b) - at))[0];
}

const closed = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
const lowered = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
