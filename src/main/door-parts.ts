import { cut } from '@tomte/sdk/words';
import type { Alerts } from '../alert/alerts.ts';
import { fit, titled } from '../anomaly/fit.ts';
import type { ActionRow, DoorOptions } from '../home/act.ts';
import type { HomeRow } from '../store/homes.ts';
import { actionWords } from './approval-words.ts';
import type { Approvals } from './approvals.ts';
import type { AllHomeSettings } from './home-settings.ts';
import type { Modes } from './modes.ts';
import type { PlaceParts } from './parts.ts';
import type { LiveSettings } from './settings.ts';

/** Key of an alert about an Action of which nobody knows whether it was done; it ends when somebody saw it. */
export const doubtPrefix = 'doubt:';

/** What the door of a home asks of the rest: may anything be switched now, and who is told of a doubt. */
export type DoorParts = Pick<DoorOptions, 'stopped' | 'mode' | 'spend' | 'ownUser' | 'onDoubt'>;

export function doorParts(o: {
  readonly parts: Pick<PlaceParts, 'clock'> & {
    readonly workflows: ReadonlyMap<string, { readonly title: string }>;
  };
  readonly settings: Pick<LiveSettings, 'actionsStopped'>;
  readonly alerts: Pick<Alerts, 'open'>;
  readonly modes: Pick<Modes, 'until'>;
  readonly approvals: Pick<Approvals, 'spend'>;
  readonly homeSettings: Pick<AllHomeSettings, 'of'>;
  readonly row: Pick<HomeRow, 'id' | 'user_id'>;
  /** How people call an entity of this home. */
  readonly entityName: (id: string) => string;
}): DoorParts {
  const { id, user_id } = o.row;
  return {
    stopped: o.settings.actionsStopped,
    mode: (mode) => o.modes.until(id, mode),
    spend: o.approvals.spend(id),
    ownUser: () => (o.homeSettings.of(id).ownUser ? user_id : null),
    onDoubt: (row, message) => tellDoubt(o, row, message),
  };
}

/** One alert for each Action in doubt; the same one tried again is the same alert. */
async function tellDoubt(
  o: Parameters<typeof doorParts>[0],
  { home, key, askedBy, action }: Omit<ActionRow, 'rule'>,
  message: string,
): Promise<void> {
  const what = actionWords(action, o.entityName);
  const by = askedBy.slice(askedBy.indexOf(':') + 1);
  const isWorkflow = askedBy.startsWith('workflow:');
  const who = isWorkflow ? (o.parts.workflows.get(by)?.title ?? by) : 'Somebody';
  const title = titled(what, ': was it done?');
  await o.alerts.open({
    home,
    key: `${doubtPrefix}${key}`,
    title,
    text: fit(title, [
      `${message}.`,
      'It must not happen twice, so it is not sent again: please look.',
      `${cut(who, 40)} asked for it.`,
      `${what}.`,
    ]),
    severity: 'today',
    since: o.parts.clock.now(),
    entities: action.entities,
    ...(isWorkflow ? { workflow: by } : {}),
  });
}
