/** News in better words, and its probable cause, where a person wished for it. Never what is urgent: that waits for nobody. */
import type { EntityInfo } from '@tomte/sdk/home';
import type { Decider } from '../../decide/decider.ts';
import { alertWords, probableCause, unknownCause } from '../../decide/uses.ts';
import type { AlertOfRun } from '../../engine/effects.ts';
import type { PlaceParts } from '../parts.ts';
import type { Decisions } from './decisions.ts';

/** An alert is told so much later at most. */
const deadlineMs = 8000;
/** Things whose names are looked for in the words of an alert. */
const thingsMax = 20;

export type Worded = (request: AlertOfRun) => Promise<AlertOfRun>;

/** Title, severity and key stay as they are; without a model, or a good answer of it, the text does too. */
export function alertWording(
  parts: Pick<PlaceParts, 'detectors' | 'log'>,
  decisions: Pick<Decisions, 'settings'> & { readonly decider: Decider },
  info: (home: string, entity: string) => Pick<EntityInfo, 'name' | 'area'> | undefined,
): Worded {
  return async (request) => {
    const { uses } = decisions.settings.get();
    if (request.severity === 'now' || !(uses.alertWords || uses.probableCause)) return request;
    const { home, run, step, title, text, lines, facts } = request;
    const known = (request.entities ?? []).slice(0, thingsMax).map((id) => info(home, id));
    const names = known.flatMap((one) => [one?.name, one?.area].filter((name) => !!name));
    const told = { title, text, lines, facts, names: names as string[] };
    const asking = { home, deadlineMs };
    const about = parts.detectors.get(request.detector ?? '')?.about ?? '';
    const cause = uses.probableCause ? probableCause(about, told) : null;
    try {
      const [worded, found] = await Promise.all([
        uses.alertWords
          ? decisions.decider.decide({
              ...{ ...asking, by: 'alert-words', key: `${run}/${step}/words` },
              request: alertWords(told),
            })
          : null,
        cause &&
          decisions.decider.decide({
            ...{ ...asking, by: 'alert-cause', key: `${run}/${step}/cause` },
            request: cause,
          }),
      ]);
      const isKnown = found?.decidedBy === 'model' && found.choice !== unknownCause;
      const words = cause?.options.find(({ id }) => id === found?.choice)?.text;
      return {
        ...request,
        text: worded?.choice ?? text,
        ...(isKnown && words ? { lines: [...(lines ?? []), `Probably ${words}`].slice(-4) } : {}),
      };
    } catch (error) {
      // News is told as it is; that it could not be put in better words is none.
      parts.log.warn({ err: error, home, key: request.key }, 'an alert was told without a model');
      return request;
    }
  };
}
