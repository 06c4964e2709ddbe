import { type Db, json, type NewRow, type Row } from './tables.ts';

export type AnswerRow = Row<'finding_answers'>;

/** One answer an episode: a new one takes the place of the one before. */
export async function keepAnswer(db: Db, answer: NewRow<'finding_answers'>): Promise<AnswerRow> {
  await db
    .updateTable('finding_answers')
    .set({ undone_at: answer.given_at ?? new Date(0) })
    .where('home_id', '=', answer.home_id)
    .where('episode', '=', answer.episode)
    .where('undone_at', 'is', null)
    .execute();
  return db
    .insertInto('finding_answers')
    .values({ ...answer, hides: json(answer.hides) })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Newest first; undone ones are left out unless asked for. */
export function listAnswers(
  db: Db,
  o: { home: string; detector?: string | undefined; limit?: number },
): Promise<AnswerRow[]> {
  let query = db
    .selectFrom('finding_answers')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('undone_at', 'is', null);
  if (o.detector !== undefined) query = query.where('detector', '=', o.detector);
  return query
    .orderBy('given_at', 'desc')
    .limit(o.limit ?? 500)
    .execute();
}

/** Undefined when there is no such answer, or it was undone before. */
export const undoAnswer = (
  db: Db,
  o: { home: string; id: string; at: Date },
): Promise<AnswerRow | undefined> =>
  db
    .updateTable('finding_answers')
    .set({ undone_at: o.at })
    .where('home_id', '=', o.home)
    .where('id', '=', o.id)
    .where('undone_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
