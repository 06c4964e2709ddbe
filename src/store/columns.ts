/** What columns hold, and how they are written. */
import type { ColumnType } from 'kysely';

export type Time = ColumnType<Date, Date | string, Date | string>;
export type MaybeTime = ColumnType<
  Date | null,
  Date | string | null | undefined,
  Date | string | null
>;
export type TimeNow = ColumnType<Date, Date | string | undefined, Date | string>;
export type Texts = ColumnType<string[], readonly string[] | undefined, readonly string[]>;
/** Written as a value or as its JSON text; `json()` makes the text, which arrays and strings need. */
export type Json = ColumnType<unknown, unknown, unknown>;
export type MaybeJson = ColumnType<unknown, unknown, unknown>;
/** May be left out when inserting. */
export type Maybe<T> = ColumnType<T | null, T | null | undefined, T | null>;
