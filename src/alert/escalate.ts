/** While nobody has seen an alert, it goes on to the next. What is due stands in the journal. */
import { insertMany } from '../store/many.ts';
import type { Db, NewRow } from '../store/tables.ts';
import type { Lived } from './life.ts';
import { alertById } from './life-rows.ts';
import type { DueStep } from './route.ts';

const sweepMax = 100;

/** Whoever comes after the first, each at its time; what was planned before is forgotten. */
export async function planSteps(
  tx: Db,
  alert: string,
  o: { steps: readonly DueStep[]; fresh?: boolean | undefined },
): Promise<void> {
  if (!o.fresh) await dropSteps(tx, alert);
  await insertMany(tx, 'alert_steps', stepsFor(alert, o.steps));
}

export const stepsFor = (alert: string, steps: readonly DueStep[]): NewRow<'alert_steps'>[] =>
  steps.map(({ dueAt, channels }, step) => ({
    alert_id: alert,
    step,
    due_at: new Date(dueAt),
    channels: [...channels],
  }));

/** Somebody saw it, or it is over. */
export async function dropSteps(tx: Db, alert: string): Promise<void> {
  await tx.deleteFrom('alert_steps').where('alert_id', '=', alert).execute();
}

/** The steps whose time has come: taken out of the journal, in the transaction that tells them. */
export async function takeDueSteps(
  tx: Db,
  now: number,
): Promise<(Lived & { readonly to: readonly string[] })[]> {
  const due = await tx
    .deleteFrom('alert_steps')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('alert_id', 'step'),
        'in',
        selectFrom('alert_steps')
          .select(['alert_id', 'step'])
          .where('due_at', '<=', new Date(now))
          .orderBy('due_at')
          .limit(sweepMax)
          .forUpdate()
          .skipLocked()
          .$asTuple('alert_id', 'step'),
      ),
    )
    .returning(['alert_id', 'channels'])
    .execute();
  const lived: (Lived & { readonly to: readonly string[] })[] = [];
  for (const { alert_id, channels } of due) {
    const alert = await alertById(tx, alert_id);
    if (alert.state !== 'open') continue;
    lived.push({ alert, turn: { kind: 'open', silent: false, atOnce: true }, to: channels });
  }
  return lived;
}

/** Who is told next, the soonest first. */
export const stepsOf = (db: Db, alert: string) =>
  db
    .selectFrom('alert_steps')
    .select(['due_at', 'channels'])
    .where('alert_id', '=', alert)
    .orderBy('due_at')
    .execute();
