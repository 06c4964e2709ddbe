/** What a token lets Tomte do, right by right: for the form, the doctor and the guide. */
export interface Right {
  readonly what: string;
  readonly normal: string;
  readonly admin: string;
}

/** Home Assistant cannot make a token that may only read; this is what it does distinguish. */
export const rights: readonly Right[] = [
  {
    what: 'read states, registries, energy page, history, statistics, weather, calendars',
    normal: 'yes',
    admin: 'yes',
  },
  {
    what: 'switch lights, plugs, climate, covers, locks, alarm',
    normal: 'yes, all: Home Assistant does not narrow this',
    admin: 'yes, all',
  },
  { what: 'send notifications, upload a picture', normal: 'yes', admin: 'yes' },
  { what: 'delete an uploaded picture', normal: 'no', admin: 'yes' },
  {
    what: 'hear the buttons pressed in the phone app',
    normal: 'no: the alert’s link works instead',
    admin: 'yes',
  },
  {
    what: 'publish to MQTT through Home Assistant',
    normal: 'no: needs a login at the broker',
    admin: 'yes',
  },
  { what: 'hear any other event of Home Assistant', normal: 'no', admin: 'yes' },
  {
    what: 'change settings of Home Assistant, users, other tokens',
    normal: 'no',
    admin: 'yes',
  },
];

/** The table with a last column: whether this user may. */
export function rightsOf(user: { admin: boolean }): (Right & { you: boolean })[] {
  return rights.map((right) => ({ ...right, you: user.admin || right.normal.startsWith('yes') }));
}

/** Events that Home Assistant tells every user; all others are an administrator's. */
const toldToAll = new Set([
  'area_registry_updated',
  'category_registry_updated',
  'component_loaded',
  'core_config_updated',
  'device_registry_updated',
  'entity_registry_updated',
  'floor_registry_updated',
  'label_registry_updated',
  'labs_updated',
  'lovelace_updated',
  'panels_updated',
  'recorder_5min_statistics_generated',
  'recorder_hourly_statistics_generated',
  'repairs_issue_registry_updated',
  'service_registered',
  'service_removed',
  'shopping_list_updated',
  'state_changed',
  'themes_updated',
]);

/** Whether Home Assistant tells this user of events of a type. */
export const mayHear = (type: string, user: { admin: boolean }): boolean =>
  user.admin || toldToAll.has(type);
