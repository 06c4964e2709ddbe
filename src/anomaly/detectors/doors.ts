import { defineDetector } from '@tomte/sdk/define';
import { aroundIds } from '../around.ts';
import { chartNumbers } from '../chart-numbers.ts';
import { smallestOfDoor } from '../doors/rules.ts';
import { doorSensors } from '../doors/sensors.ts';
import { doorSettings } from '../doors/settings.ts';
import { aroundDoors, watchDoors } from '../doors/watch.ts';

/** Doors and windows that stand open for longer than they usually do, or with nobody home. */
export default defineDetector({
  about: 'door',
  title: 'Doors and windows',
  settings: doorSettings,
  answers: ['It was forgotten', 'Open on purpose', 'Not worth telling'],
  needs: 'a contact on a door or window',
  subjects: (entities, settings) =>
    doorSensors(entities, settings?.sensors).map(({ entity }) => entity.id),
  picks(entities, settings) {
    const doors = doorSensors(entities, settings?.sensors);
    if (doors.length === 0) return [];
    const ids = doors.map(({ entity }) => entity.id);
    return [...new Set([...ids, ...aroundIds(aroundDoors(entities, doors))])];
  },
  smallest: smallestOfDoor,
  watch: watchDoors,
  // Home Assistant keeps no hours of what is open: habits are learned from what the recorder replays.
  learn: () => null,
  look: () => [],
  chart: (finding, series) => chartNumbers(finding, series, { lane: 'Open', usual: null }),
});
