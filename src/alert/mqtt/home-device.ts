/**
 * Tomte as a device of Home Assistant, by its MQTT discovery: which entities, and what they say. Pure.
 * One discovery message for the whole device, as Home Assistant reads it since 2024.11.
 */

import type { HomePanel, HomePanelState } from '@tomte/sdk/define';
import { cut } from '@tomte/sdk/words';

/** Longest state of an entity. */
const stateMax = 255;
/** Without a beat for so long the heartbeat is unavailable. */
export const beatMs = 60_000;
const beatGoodSeconds = 180;

export const switched = ['pause', 'guests'] as const;
export type Switched = (typeof switched)[number];

const base = (home: string) => `tomte/${home}`;
export const statusTopic = (home: string) => `${base(home)}/status`;
export const eventTopic = (home: string) => `${base(home)}/event`;
export const beatTopic = (home: string) => `${base(home)}/heartbeat`;
export const setTopic = (home: string, mode: Switched) => `${base(home)}/${mode}/set`;
const stateTopic = (home: string, what: string) => `${base(home)}/${what}/state`;
export const configTopic = (prefix: string, home: string) =>
  `${prefix}/device/tomte_${home}/config`;

/** What kinds a message has: the event entity knows no others. */
export const eventTypes = ['open', 'update', 'over', 'test'] as const;

type Panel = Pick<HomePanel, 'id' | 'version' | 'address'>;

/** `status` is where the broker says whether Tomte is connected. */
export function deviceConfig(panel: Panel, status: string): object {
  const { id } = panel;
  const entity = (platform: string, key: string, name: string, more: object) => ({
    [key]: {
      ...{ platform, name, unique_id: `tomte_${id}_${key}` },
      ...{ default_entity_id: `${platform}.tomte_${key}`, ...more },
    },
  });
  const alert = stateTopic(id, 'alert');
  const next = stateTopic(id, 'next');
  return {
    device: {
      ...{ identifiers: [`tomte_${id}`], name: 'Tomte', manufacturer: 'Tomte' },
      ...{ sw_version: panel.version, ...(panel.address && { configuration_url: panel.address }) },
    },
    origin: { name: 'Tomte', sw_version: panel.version },
    availability_topic: status,
    components: {
      ...entity('binary_sensor', 'alert_open', 'Alert open', {
        ...{ device_class: 'problem', state_topic: alert, json_attributes_topic: alert },
        value_template: '{{ value_json.open }}',
      }),
      ...entity('sensor', 'alert', 'Alert', {
        ...{ icon: 'mdi:coach-lamp', state_topic: alert, value_template: '{{ value_json.state }}' },
      }),
      ...entity('sensor', 'next_step', 'Next step', {
        ...{ icon: 'mdi:clock-outline', state_topic: next, json_attributes_topic: next },
        value_template: '{{ value_json.state }}',
      }),
      ...entity('switch', 'pause', 'Pause', {
        ...{ icon: 'mdi:pause-circle-outline', state_topic: stateTopic(id, 'pause') },
        command_topic: setTopic(id, 'pause'),
      }),
      ...entity('switch', 'guests', 'Guests', {
        ...{ icon: 'mdi:account-group', state_topic: stateTopic(id, 'guests') },
        command_topic: setTopic(id, 'guests'),
      }),
      ...entity('sensor', 'heartbeat', 'Heartbeat', {
        ...{ device_class: 'timestamp', entity_category: 'diagnostic', state_topic: beatTopic(id) },
        expire_after: beatGoodSeconds,
      }),
      ...entity('event', 'news', 'News', {
        ...{ icon: 'mdi:bullhorn-outline', state_topic: eventTopic(id), event_types: eventTypes },
      }),
    },
  };
}

const iso = (t: number | null) => (t === null ? null : new Date(t).toISOString());

/** Topic to payload, all retained: what stands there for whoever comes later. */
export function deviceStates(
  home: string,
  { alerts, next, modes }: HomePanelState,
): Map<string, string> {
  const [first] = alerts;
  const alert = {
    open: alerts.length > 0 ? 'ON' : 'OFF',
    state: cut(first?.title ?? 'Nothing open', stateMax),
    count: alerts.length,
    text: first?.text ?? null,
    severity: first?.severity ?? null,
    since: first ? iso(first.since) : null,
    seen_by: first?.seenBy ?? null,
    all: alerts.slice(0, 10).map(({ title, severity, state }) => ({ title, severity, state })),
  };
  const step = {
    state: cut(next?.what ?? 'Nothing planned', stateMax),
    at: iso(next?.at ?? null),
  };
  return new Map([
    [stateTopic(home, 'alert'), JSON.stringify(alert)],
    [stateTopic(home, 'next'), JSON.stringify(step)],
    ...switched.map((mode): [string, string] => [
      stateTopic(home, mode),
      modes[mode] === undefined ? 'OFF' : 'ON',
    ]),
  ]);
}
