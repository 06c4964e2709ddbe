/**
 * The linked home as types. `tomte types` writes a `home.d.ts` that merges into `HomeTypes`; then a
 * misspelt entity, a wrong field or a wrong unit fails type-checking. Without it, any text is accepted.
 */
import type { EntityState } from './home.ts';

/** Filled by `home.d.ts`. */
// biome-ignore lint/suspicious/noEmptyInterface: declarations merge into it.
export interface HomeTypes {}

/** Attributes that any entity may have. */
export interface CommonAttributes {
  friendly_name?: string;
  icon?: string;
  entity_picture?: string;
  device_class?: string;
  state_class?: string;
  unit_of_measurement?: string;
  supported_features?: number;
  assumed_state?: boolean;
  attribution?: string;
  restored?: boolean;
}

/** What `home.d.ts` says of an entity: its states besides the two of absence, its unit, its own attributes. */
export interface Entity<
  S extends string,
  U extends string | null = null,
  A extends CommonAttributes = CommonAttributes,
> {
  state: S | 'unavailable' | 'unknown';
  unit: U;
  attributes: A;
}
export type OnOff = 'on' | 'off';
export type OpenClosed = 'open' | 'closed' | 'opening' | 'closing';

interface EntityLike {
  state: string;
  unit: string | null;
  attributes: object;
}
interface AnyEntity extends EntityLike {
  attributes: Readonly<Record<string, unknown>>;
}
interface AnyAction {
  target: string;
  data: Readonly<Record<string, unknown>>;
}

export type Entities = HomeTypes extends { entities: infer E extends Record<keyof E, EntityLike> }
  ? E
  : Record<string, AnyEntity>;
export type Actions = HomeTypes extends { actions: infer A }
  ? A
  : Record<string, Record<string, AnyAction>>;
type Areas = HomeTypes extends { areas: infer A } ? A : Record<string, string>;
type Floors = HomeTypes extends { floors: infer F } ? F : Record<string, string>;
type Labels = HomeTypes extends { labels: infer L } ? L : Record<string, string>;

/** Any entity of the home, such as `sensor.water_flow`. */
export type EntityId = keyof Entities & string;
/** An area by its id or its name. */
export type AreaId = (keyof Areas & string) | (Areas[keyof Areas] & string);
export type FloorId = (keyof Floors & string) | (Floors[keyof Floors] & string);
export type LabelId = (keyof Labels & string) | (Labels[keyof Labels] & string);
/** Text in which the compiler knows the words of the home, and an editor offers them. */
type Text<Known extends string> = string extends Known ? string : Known | (string & {});
export type EntityText = Text<EntityId>;
export type AreaText = Text<AreaId>;
export type LabelText = Text<LabelId>;
export type UnitText = Text<Literal<Entities[EntityId]['unit']>>;
export type AttributeText = Text<KeyOf<Entities[EntityId]['attributes']>>;
type KeyOf<T> = T extends T ? keyof T & string : never;
export type StateText = Text<{ [E in EntityId]: Literal<Entities[E]['state']> }[EntityId]>;
type Literal<T> = T extends string ? (string extends T ? never : T) : never;

/** First part of an Action's name, such as `light`. */
export type ActionDomain = keyof Actions & string;
export type ActionName<D extends ActionDomain> = string extends ActionDomain
  ? string
  : // A misspelt domain stands for all of them: one fault is told, not four.
    [ActionDomain] extends [D]
    ? string
    : keyof Actions[D] & string;

/**
 * What stands beside `EntityId` where an entity is named: a text known only at run time (a setting)
 * passes, a misspelt one becomes a type whose text is what the compiler then prints.
 */
export type Otherwise<E extends string> = string extends E
  ? E
  : E extends EntityId | ''
    ? never
    : `no entity ${E} in this home${Meant<E>}`;

type Meant<E extends string> = Hint<Nearest<E, EntityId>>;
/** Only a single candidate is worth naming. */
type Hint<C extends string> = IsOne<C> extends true ? `; did you mean ${C}?` : '';
type IsOne<T, All = T> = [T] extends [never]
  ? false
  : T extends T
    ? [All] extends [T]
      ? true
      : false
    : never;

/** Of `All`, those that share the longest beginning with `E`, and of these the longest end. */
type Nearest<E extends string, All extends string> = Ending<Turned<E>, '', Beginning<E, '', All>>;
type Beginning<
  E extends string,
  Read extends string,
  All extends string,
> = E extends `${infer Head}${infer Rest}`
  ? [Extract<All, `${Read}${Head}${string}`>] extends [never]
    ? All
    : Beginning<Rest, `${Read}${Head}`, Extract<All, `${Read}${Head}${string}`>>
  : All;
type Ending<
  E extends string,
  Read extends string,
  All extends string,
> = E extends `${infer Head}${infer Rest}`
  ? [Extract<All, `${string}${Head}${Read}`>] extends [never]
    ? All
    : Ending<Rest, `${Head}${Read}`, Extract<All, `${string}${Head}${Read}`>>
  : All;
type Turned<E extends string, Read extends string = ''> = E extends `${infer Head}${infer Rest}`
  ? Turned<Rest, `${Head}${Read}`>
  : Read;

/** State of an entity with its own attributes and words. */
export type StateOf<E extends string> = string extends EntityId
  ? EntityState
  : E extends EntityId
    ? Omit<EntityState, 'entityId' | 'state' | 'attributes'> & {
        readonly entityId: E;
        readonly state: Entities[E]['state'];
        readonly attributes: Readonly<Entities[E]['attributes']>;
      }
    : EntityState;

type Part<T, K extends string> = T extends { [P in K]: infer V } ? V : never;

/** Unit of an entity's number. */
export type UnitOf<E extends string> = E extends EntityId
  ? Part<Entities[E], 'unit'>
  : string | null;

/** The unit a condition on `E` must name; for another one, a type whose text says which it is in. */
export type UnitFor<E extends string, U extends string> = string extends E | U
  ? string
  : E extends EntityId
    ? UnitOf<E> extends infer Own
      ? Own extends string
        ? U extends Own
          ? U
          : Own | `${E} is in ${Own}, not in ${U}`
        : `${E} has no unit`
      : never
    : string;

type Target<D extends ActionDomain, A extends string> = Part<Part<Actions[D], A>, 'target'>;
type Data<D extends ActionDomain, A extends string> = Part<Part<Actions[D], A>, 'data'>;

/** What an Action takes that has no fields. */
export type NoFields = Record<never, never>;

/** An Action with the entities and fields it takes. */
export type ActionFor<
  D extends ActionDomain,
  A extends ActionName<D>,
  E extends string = string,
> = { readonly domain: D; readonly action: A } & (string extends ActionDomain
  ? Open
  : [ActionDomain] extends [D]
    ? Open
    : TargetPart<D, A, E> & DataPart<D, A>);

interface Open {
  readonly entities?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}
type TargetPart<D extends ActionDomain, A extends ActionName<D>, E extends string> = [
  Target<D, A>,
] extends [never]
  ? { readonly entities?: readonly `${D}.${A} takes no entities`[] }
  : { readonly entities: readonly (Target<D, A> | (string extends E ? E : never))[] };
type DataPart<D extends ActionDomain, A extends ActionName<D>> =
  NoFields extends Data<D, A> ? { readonly data?: Data<D, A> } : { readonly data: Data<D, A> };
