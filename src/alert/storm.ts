/** Many alerts that begin at once: journalled like one, in a few statements for all of them. */
import { knownAlertKeys, lockAlertKeys } from '../store/alerts.ts';
import { insertMany, keepMany } from '../store/many.ts';
import type { Db, NewRow } from '../store/tables.ts';
import { keepForMorning } from './digest.ts';
import { stepsFor } from './escalate.ts';
import { beginning, begun, type Lived, type Request } from './life.ts';
import { rowOf } from './life-rows.ts';
import { hearersOf } from './route.ts';
import { deliveriesFor, laterOf, planFor, type TellOptions } from './tell.ts';
import { everyoneOf, type Told } from './who.ts';

const nobodyTold: ReadonlyMap<string, number> = new Map();

/**
 * Opens what is new, and answers for each request what began; null for one that another of the lot, an alert
 * that is or was there, or a cause may have a say in.
 */
export async function beginMany(
  tx: Db,
  requests: readonly Request[],
  o: { now: number; newId: () => string },
): Promise<(Lived | null)[]> {
  const ids = new Map<string, string>();
  const nameOf = ({ home, key }: Request) => `${home}\n${key}`;
  const mine = requests.filter((request) => {
    const taken = ids.has(nameOf(request)) || (request.dependsOn ?? []).length > 0;
    if (!taken) ids.set(nameOf(request), o.newId());
    return !taken;
  });
  await lockAlertKeys(tx, mine);
  const known = await knownAlertKeys(tx, mine);
  const rows: ReturnType<typeof rowOf>[] = [];
  for (const request of mine.filter((_, at) => !known.has(at))) {
    const newId = ids.get(nameOf(request))!;
    rows.push(rowOf(request, await beginning(tx, request, { now: o.now, newId })));
  }
  const kept = new Map((await keepMany(tx, 'alerts', rows)).map((row) => [row.id, row]));
  return requests.map((request) => {
    const alert = mine.includes(request) ? kept.get(ids.get(nameOf(request))!) : undefined;
    return alert ? begun(alert) : null;
  });
}

/** Answers how many deliveries were journalled. */
export async function tellMany(tx: Db, lived: readonly Lived[], o: TellOptions): Promise<number> {
  const homes = new Map<string, Told>();
  const steps: NewRow<'alert_steps'>[] = [];
  const deliveries: NewRow<'deliveries'>[] = [];
  for (const { alert, turn, fresh } of lived) {
    if (!turn) continue;
    const { home_id: home, severity } = alert;
    const all = homes.get(home) ?? (await everyoneOf(tx, home, { ...o, told: nobodyTold }));
    homes.set(home, all);
    const plan = planFor(alert, all, o);
    const channels = plan.steps[0]?.channels ?? [];
    if (severity === 'digest') {
      await keepForMorning(tx, alert, { channels, why: 'digest', at: o.now });
      continue;
    }
    if (!o.held) steps.push(...stepsFor(alert.id, laterOf(plan, alert, all, o)));
    const to = hearersOf(turn, { home, listeners: all.everyone.listeners, first: channels });
    const news = { alert, turn, to, all, told: nobodyTold, before: [], fresh, children: 0 };
    deliveries.push(...deliveriesFor(news, o));
  }
  await insertMany(tx, 'alert_steps', steps);
  await insertMany(tx, 'deliveries', deliveries);
  return deliveries.length;
}
