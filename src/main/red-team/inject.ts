/** Puts an attack text at its site in the simulated home, and takes it away again. */
import { registryNouns, type Site, told } from './cases.ts';
import type { Stage } from './stage.ts';

export interface Injected {
  /** Whether it stands there, as the Mirror sees the home now. */
  reached(): boolean;
  undo(): void;
}

/** Home Assistant's own limit of a state. */
const stateMax = 255;

export async function inject(stage: Stage, { noun, field }: Site, text: string): Promise<Injected> {
  // What a model answers stands in no home.
  if (noun === 'model') return { reached: () => true, undo() {} };
  const registry = registryNouns[noun];
  // A name in the registry is what Home Assistant says as the entity's name.
  if (registry === 'entity')
    return intoState(stage, { noun: 'light', field: 'friendly_name' }, text);
  return registry ? intoRegistry(stage, registry, text) : intoState(stage, { noun, field }, text);
}

async function intoState(
  { sim, link, until }: Stage,
  { noun, field }: Site,
  text: string,
): Promise<Injected> {
  const id = told[noun] ?? firstOf(sim, noun);
  const before = sim.state(id);
  const attribute = field === 'state' ? null : field.split('.').at(-1)!;
  const state = attribute === null ? text.slice(0, stateMax) : (before?.state ?? '1');
  const attributes = attribute === null ? {} : { [attribute]: text };
  sim.set(id, state, { ...before?.attributes, ...attributes });
  const stands = () => {
    const seen = link.mirror.entity(id);
    return attribute === null ? seen?.state === state : seen?.attributes[attribute] === text;
  };
  await until(`${id} says it`, stands);
  return {
    reached: stands,
    undo() {
      if (before) sim.set(id, before.state, before.attributes);
      else sim.remove(id);
    },
  };
}

/** An entity of the domain that is there, else one of its own. */
function firstOf({ world }: Stage['sim'], domain: string): string {
  const found = [...world.states.all()].find(({ entityId }) => entityId.startsWith(`${domain}.`));
  return found?.entityId ?? `${domain}.red_team`;
}

type Registry = Exclude<(typeof registryNouns)[string], 'entity'>;

async function intoRegistry(
  { sim, link, until }: Stage,
  registry: Registry,
  text: string,
): Promise<Injected> {
  const { world } = sim;
  const { registries } = world;
  const tell = () => world.fire(`${registry}_registry_updated`, { action: 'update' });
  const renamed = (rename: (name: string) => string, stands: () => boolean): Injected => {
    const before = rename(text);
    tell();
    return {
      reached: stands,
      undo() {
        rename(before);
        tell();
      },
    };
  };
  const { mirror } = link;
  const named = (kind: 'areas' | 'labels' | 'floors') => () =>
    mirror.named(kind).some(({ name }) => name === text);
  const device = () => mirror.infos().some((info) => info.device === text);
  const done =
    registry === 'device'
      ? renamed(swapIn(registries.things, usedThing(registries)), device)
      : registry === 'area'
        ? renamed(swapIn(registries.areas), named('areas'))
        : registry === 'floor'
          ? renamed(swapIn(registries.floors), named('floors'))
          : renamed(swapIn(registries.labels), named('labels'));
  await until(`a ${registry} is named so`, done.reached);
  return done;
}

/** Renames that row, or the first; answers the name it had. */
const swapIn =
  <R extends { readonly name: string }>(rows: Map<string, R>, key = [...rows.keys()][0]!) =>
  (name: string): string => {
    const row = rows.get(key)!;
    rows.set(key, { ...row, name });
    return row.name;
  };

/** Of a thing that has an entity: a name that nothing bears is nowhere to be seen. */
function usedThing({ entities, things }: Stage['sim']['world']['registries']): string {
  const used = new Set([...entities.values()].map(({ device }) => device));
  return [...things].find(([, { id }]) => used.has(id))![0];
}
