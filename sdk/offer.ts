/** The sensible Action for a finding, where the home has a valve or a switch for it: offered as a button, never done unasked. */
import type { Finding } from './define.ts';
import type { EntityInfo } from './home.ts';
import type { OfferedAction, WorkflowContext } from './workflow.ts';

type Sees = Pick<WorkflowContext, 'home'>;

/**
 * Closes `named`, a valve or a switch that is one; without it the home's only water valve. Null where
 * there is none, or more than one, or it is shut already.
 */
export async function closeValve({ home }: Sees, named?: string): Promise<OfferedAction | null> {
  const valve = named ?? (await onlyWaterValve({ home }));
  if (valve === null) return null;
  const state = (await home.state(valve))?.state;
  if (state === undefined || state === 'closed' || state === 'off') return null;
  // A valve that is a switch is shut by switching it off.
  const [domain, action] = valve.startsWith('valve.')
    ? ['valve', 'close_valve']
    : ['switch', 'turn_off'];
  return {
    label: 'Close valve…',
    action: { domain: domain!, action: action!, entities: [valve], data: {} },
  };
}

async function onlyWaterValve({ home }: Sees): Promise<string | null> {
  const valves = await home.entities({ domain: 'valve', deviceClass: 'water' });
  return valves.length === 1 ? valves[0]!.id : null;
}

/** Switches off the socket whose power was found; null where no one switch is known to be its own, or it is off. */
export async function switchOff(
  { home }: Sees,
  { entities: [sensor] }: Pick<Finding, 'entities'>,
): Promise<OfferedAction | null> {
  if (sensor === undefined) return null;
  const [found] = await home.entities({ entity: sensor });
  const own = found && ownSwitch(found, await home.entities({ domain: 'switch' }));
  if (!own || (await home.state(own.id))?.state !== 'on') return null;
  return {
    label: 'Switch off',
    action: { domain: 'switch', action: 'turn_off', entities: [own.id], data: {} },
  };
}

/** `switch.iron` of `sensor.iron_power` on the same device; else the only switch of that device. */
function ownSwitch(sensor: EntityInfo, switches: readonly EntityInfo[]): EntityInfo | undefined {
  const { device, area, platform } = sensor;
  if (device === null) return undefined;
  // Names of devices are not unique: two sockets of one make stand in different rooms, or are told apart by name.
  const beside = switches.filter(
    (one) => one.device === device && one.area === area && one.platform === platform,
  );
  const name = (id: string) => id.slice(id.indexOf('.') + 1);
  const namesakes = beside.filter(({ id }) => name(sensor.id).startsWith(`${name(id)}_`));
  if (namesakes.length === 1) return namesakes[0];
  return beside.length === 1 ? beside[0] : undefined;
}
