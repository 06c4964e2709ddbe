import type { DetectorDefinition } from '@tomte/sdk/define';
import type { Extensions } from '../../lib/extensions.ts';
import { listDetectorSettings } from '../../store/detector-settings.ts';
import { listWorkflowSettings } from '../../store/workflow-settings.ts';
import type { PlaceParts } from '../parts.ts';

/** Settings of all detectors of a home, whole, by name. */
export type DetectorSettings = Readonly<Record<string, Record<string, unknown>>>;

type Parts = Pick<PlaceParts, 'store' | 'detectors' | 'workflows' | 'log'>;

/**
 * What a person set for the detectors of a home, and the sensors that its workflows want watched besides.
 * What no longer fits its schema counts as not set, and the log says so.
 */
export async function detectorSettingsOf(parts: Parts, home: string): Promise<DetectorSettings> {
  const set = await listDetectorSettings(parts.store.db, home);
  const wanted = await wantedSensors(parts, home);
  return Object.fromEntries(
    [...parts.detectors].map(([name, detector]) => {
      const given = set[name] ?? {};
      const parsed = detector.settings.safeParse(given);
      if (!parsed.success) {
        parts.log.warn({ home, detector: name }, 'its settings do not fit any more; as if not set');
      }
      const settings = parsed.success ? parsed.data : detector.settings.parse({});
      return [name, withSensors(settings, wanted.get(name) ?? [])];
    }),
  );
}

/** As a detector has them that nobody touched. */
export const plainSettings = (detectors: Extensions<DetectorDefinition>): DetectorSettings =>
  Object.fromEntries([...detectors].map(([name, d]) => [name, d.settings.parse({})]));

async function wantedSensors(parts: Parts, home: string): Promise<Map<string, string[]>> {
  const wanted = new Map<string, string[]>();
  for (const { workflow, mode, settings } of await listWorkflowSettings(parts.store.db, home)) {
    const definition = parts.workflows.get(workflow);
    if (mode === 'off' || !definition?.watches) continue;
    const parsed = definition.settings.safeParse(settings);
    if (!parsed.success) continue;
    for (const [detector, ids] of Object.entries(definition.watches(parsed.data))) {
      wanted.set(detector, [...(wanted.get(detector) ?? []), ...ids]);
    }
  }
  return wanted;
}

/** Settings with these sensors named besides; of a detector that names none they stay as they are. */
export function withSensors(
  settings: Record<string, unknown>,
  ids: readonly string[],
): Record<string, unknown> {
  if (ids.length === 0 || !Array.isArray(settings.sensors)) return settings;
  return { ...settings, sensors: [...new Set([...settings.sensors, ...ids])] };
}
