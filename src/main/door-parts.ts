import type { Alerts } from '../alert/alerts.ts';
import type { ActionRow, DoorOptions } from '../home/act.ts';
import type { HomeRow } from '../store/homes.ts';
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
  readonly parts: Pick<PlaceParts, 'clock'>;
  readonly settings: Pick<LiveSettings, 'actionsStopped'>;
  readonly alerts: Pick<Alerts, 'open'>;
  readonly modes: Pick<Modes, 'until'>;
  readonly approvals: Pick<Approvals, 'spend'>;
  readonly homeSettings: Pick<AllHomeSettings, 'of'>;
  readonly row: Pick<HomeRow, 'id' | 'user_id'>;
}): DoorParts {
  const { id, user_id } = o.row;
  return {
    stopped: o.settings.actionsStopped,
    mode: (mode) => o.modes.until(id, mode),
    spend: o.approvals.spend(id),
    ownUser: () => (o.homeSettings.of(id).ownUser ? user_id : null),
    onDoubt: (row, message) => tellDoubt(o.alerts, row, { message, now: o.parts.clock.now() }),
  };
}

/** One alert for each Action in doubt; the same one tried again is the same alert. */
async function tellDoubt(
  alerts: Pick<Alerts, 'open'>,
  { home, key, askedBy, action }: Omit<ActionRow, 'rule'>,
  o: { message: string; now: number },
): Promise<void> {
  const what = `${action.domain}.${action.action}`;
  const on = action.entities.join(', ');
  const by = askedBy.slice(askedBy.indexOf(':') + 1);
  await alerts.open({
    home,
    key: `${doubtPrefix}${key}`,
    title: `Was ${what} done? Please look`,
    text: `${by} asked for ${what} of ${on}. ${o.message}. It must not happen twice, so it is not sent again.`,
    severity: 'today',
    since: o.now,
    entities: action.entities,
    ...(askedBy.startsWith('workflow:') ? { workflow: by } : {}),
  });
}
