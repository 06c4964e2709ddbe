/**
 * Conditions, triggers and selectors checked against the linked home (`HomeTypes`). What does not fit
 * becomes a type whose text says why: that text is what the compiler prints. What is known only at run
 * time (a setting) passes, and without types of a home everything does.
 */

import type {
  AreaId,
  Entities,
  EntityId,
  FloorId,
  LabelId,
  Otherwise,
  UnitFor,
} from './home-types.ts';
import type { Condition, StateSpec, TriggerSpec } from './trigger.ts';

/** Keys of a condition or trigger under which further ones stand. */
type Nested = 'all' | 'any' | 'not' | 'state';

/** `T` with each word that the home does not know replaced by what is wrong with it. */
export type Checked<T> = T extends readonly unknown[]
  ? { readonly [At in keyof T]: Checked<T[At]> }
  : T extends object
    ? { readonly [K in keyof T]: K extends Nested ? Checked<T[K]> : CheckedField<T, K> }
    : T;

/** `T` itself where all is well: only then does the compiler infer it from what was written. */
export type Fitting<T> = T extends Checked<T> ? T : Checked<T>;

type CheckedField<T, K extends keyof T> = K extends 'entity'
  ? CheckedEntity<T[K]>
  : K extends 'unit'
    ? EachWord<T[K], 'unit', EntityOf<T>>
    : K extends 'attribute'
      ? EachWord<T[K], 'attribute', EntityOf<T>>
      : K extends 'is' | 'isNot' | 'to' | 'from'
        ? // What an attribute may be is not known.
          T extends { readonly attribute: string }
          ? T[K]
          : EachWord<T[K], 'state', EntityOf<T>>
        : K extends 'area'
          ? CheckedName<T[K], AreaId, 'area'>
          : K extends 'floor'
            ? CheckedName<T[K], FloorId, 'floor'>
            : K extends 'label'
              ? CheckedName<T[K], LabelId, 'label'>
              : K extends Known
                ? T[K]
                : `there is no ${K & string} here`;

type Known = KeyOf<Condition> | KeyOf<TriggerSpec> | keyof StateSpec;
type KeyOf<T> = T extends T ? keyof T : never;

type CheckedEntity<E> = E extends string
  ? string extends E
    ? E
    : E extends EntityId
      ? E
      : EntityId | Otherwise<E>
  : E extends readonly unknown[]
    ? { readonly [At in keyof E]: CheckedEntity<E[At]> }
    : E;

type CheckedName<W, Known extends string, Kind extends string> = W extends string
  ? string extends W
    ? W
    : W extends Known
      ? W
      : Known | `no ${Kind} ${W} in this home`
  : W;

/** The entity a condition is about; `string` where it names none, or one that is not known yet. */
type EntityOf<T> = T extends { readonly entity: infer E }
  ? E extends readonly (infer One)[]
    ? One & string
    : E & string
  : string;

/** A word, or each word of a list, against what it says of the entity. */
type EachWord<W, Kind extends 'unit' | 'attribute' | 'state', E extends string> = W extends string
  ? string extends W | E
    ? W
    : E extends EntityId
      ? Word<Kind, E, W>
      : W
  : W extends readonly unknown[]
    ? { readonly [At in keyof W]: EachWord<W[At], Kind, E> }
    : W;

type Word<Kind, E extends EntityId, W extends string> = Kind extends 'unit'
  ? UnitFor<E, W>
  : Kind extends 'attribute'
    ? W extends keyof Entities[E]['attributes']
      ? W
      : (keyof Entities[E]['attributes'] & string) | `${E} has no attribute ${W}`
    : W extends Entities[E]['state']
      ? W
      : Entities[E]['state'] | `${E} is never ${W}`;
