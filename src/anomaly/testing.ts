import type { DetectorDefinition, Finding, Watch } from '@tomte/sdk/define';
import type { EntityInfo, Reading } from '@tomte/sdk/home';
import { expect } from 'vitest';
import { minuteMs } from './local-hour.ts';
import { entity } from './water/testing.ts';

/** Test kit of the detectors that watch sensor by sensor. */
export const zone = 'Europe/Amsterdam';
export { at, entity } from './water/testing.ts';

export const sensor = (
  id: string,
  deviceClass: string,
  unit: string | null,
  name = id,
): EntityInfo =>
  entity(id, { deviceClass, unit, name, stateClass: unit === null ? null : 'measurement' });
export const maja = entity('person.maja', { name: 'Maja' });

export const open = (
  detector: DetectorDefinition,
  o: { entities: readonly EntityInfo[]; state?: unknown; settings?: object; zone?: string },
): Watch =>
  detector.watch({
    settings: detector.settings.parse(o.settings ?? {}),
    entities: o.entities,
    zone: o.zone ?? zone,
    state: o.state ?? null,
  });

/** Feeds readings in time order, and a tick a minute between them and up to `until`. */
export function feed(watch: Watch, readings: Iterable<Reading>, until?: number): Finding[] {
  const found: Finding[] = [];
  let last = 0;
  const wait = (to: number) => {
    for (let t = last + minuteMs; last > 0 && t < to; t += minuteMs) found.push(...watch.tick(t));
  };
  for (const reading of readings) {
    wait(reading.t);
    found.push(...watch.read(reading));
    last = reading.t;
  }
  if (until !== undefined) wait(until + 1);
  return found;
}

/** Texts keep their limits, name no entity, and say no number that is not in the facts. */
export function expectFit(finding: Finding): void {
  const { title, text, lines, facts } = finding;
  expect(title.length, title).toBeLessThanOrEqual(45);
  expect(title.length + text.length, text).toBeLessThanOrEqual(240);
  expect(lines.length).toBeLessThanOrEqual(4);
  const words = [title, text, ...lines].join(' ');
  expect(words).not.toMatch(
    /\b(sensor|binary_sensor|person|device_tracker)\.\w|_|NaN|undefined|Infinity/,
  );
  expect(JSON.stringify(facts)).not.toMatch(/NaN|undefined|Infinity/);
  expect(finding.since).toBeLessThanOrEqual(finding.at);
}
