import type { OfferedAction } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import type { Pressed } from '@tomte/sdk/types-people';
import { clockTime } from '@tomte/sdk/words';
import type { Alerts } from '../alert/alerts.ts';
import type { DoorOutcome } from '../home/act.ts';
import { getAlert } from '../store/alerts.ts';
import type { Row } from '../store/tables.ts';
import { actionWords } from './approval-words.ts';
import type { Approvals } from './approvals.ts';
import { entityName } from './entity-name.ts';
import type { HomeLife } from './home-life.ts';
import { lifeOf } from './lives.ts';
import type { PlaceParts } from './parts.ts';

/** A second press in the same minute is the same press: phones send some twice. */
const pressMs = 60_000;
/** Whoever pressed stands at the phone: an answer comes soon or not at all. */
const answerMs = 15 * 60_000;

/** The button of an alert that switches something: the workflow's own door, and a yes where that asks for one. */
export interface AlertButton {
  /** Throws alert.not_found, alert.no_button, link.lost. */
  press(alert: string, by: string | null): Promise<Pressed>;
  /** The yes was said: done once, also when it is told again after a crash. */
  answered(approval: Row<'approvals'>): Promise<void>;
}

export interface AlertButtonOptions {
  readonly parts: Pick<PlaceParts, 'store' | 'clock'>;
  readonly lives: () => ReadonlyMap<string, HomeLife>;
  readonly alerts: Pick<Alerts, 'acknowledge' | 'note'>;
  readonly ask: Approvals['ask'];
}

export function openAlertButton(o: AlertButtonOptions): AlertButton {
  const { store, clock } = o.parts;

  /** Says on the alert, everywhere it was told, what came of it. */
  async function note(alert: string, life: HomeLife, text: string): Promise<void> {
    await o.alerts.note(alert, `${text} ${clockTime(clock.now(), life.zone)}`);
  }

  const nameIn = (life: HomeLife) => (id: string) => entityName(life.link.mirror.info(id), id);

  return {
    async press(id, by) {
      const row = await getAlert(store.db, id);
      if (!row) throw new TomteError('alert.not_found', `There is no alert ${id}`);
      const offered = row.action as OfferedAction | null;
      if (!offered || row.state === 'resolved' || row.workflow === null) {
        throw new TomteError('alert.no_button', 'This alert has nothing to switch now');
      }
      const life = lifeOf(o.lives(), row.home_id);
      const key = `alert:${id}:${Math.floor(clock.now() / pressMs)}`;
      const askedBy = `workflow:${row.workflow}`;
      await o.alerts.acknowledge(id, by);
      // What was refused is no press that counts: once the reason is gone, the next is judged anew.
      const { kind } = life.door.judge(offered.action, { askedBy, key });
      const counts = kind === 'refused' ? `${key}/refused` : key;
      const outcome = await life.door.act(offered.action, { askedBy, key: counts });
      const what = actionWords(offered.action, nameIn(life));
      if (outcome.kind === 'needs_approval') {
        await o.ask({
          ...{ id: key, home: row.home_id, workflow: row.workflow, run: null, position: null },
          ...{ expiresAt: clock.now() + answerMs, fallback: 'no', kind: 'action' },
          ...{ action: offered.action, reason: outcome.reason, alert: id },
        });
        return { outcome: 'asked', text: `${what} waits for a yes`, approval: key };
      }
      const text = inNames(outcomeWords(what, outcome), offered.action, nameIn(life));
      await note(id, life, text);
      return { outcome: outcome.kind, text, approval: null };
    },
    async answered({ id, home_id, workflow, alert, answer, action, used_at }) {
      if (alert === null || answer !== 'yes' || used_at !== null) return;
      const life = lifeOf(o.lives(), home_id);
      const asked = action as OfferedAction['action'];
      const options = { askedBy: `workflow:${workflow}`, key: id, approval: id };
      const outcome = await life.door.act(asked, options);
      const text = outcomeWords(actionWords(asked, nameIn(life)), outcome);
      await note(alert, life, inNames(text, asked, nameIn(life)));
    },
  };
}

/** The guardrail speaks of the Action and its entities by id; people do not. */
function inNames(text: string, action: Action, nameOf: (id: string) => string): string {
  const name = `${action.domain}.${action.action}`;
  const plain = text.replace(`${name}: `, '').replaceAll(name, 'this');
  return action.entities.reduce((said, id) => said.replaceAll(id, nameOf(id)), plain);
}

function outcomeWords(what: string, outcome: DoorOutcome): string {
  switch (outcome.kind) {
    case 'confirmed':
      return `${what}: confirmed`;
    case 'sent':
      return `${what}: asked, nothing to see of it`;
    case 'unconfirmed':
      return `${what}: no answer`;
    case 'refused':
      return `${what}: not done, ${outcome.message}`;
    case 'needs_approval':
      return `${what}: needs a yes`;
  }
}
