import { defineDetector } from '@tomte/sdk/define';
import { quantile } from '../baseline.ts';
import { chartNumbers } from '../chart-numbers.ts';
import type { ColdPart } from '../cold/part.ts';
import { learnCold, lookAtCold } from '../cold/past.ts';
import { coldSensors } from '../cold/sensors.ts';
import { coldSettings } from '../cold/settings.ts';
import { smallestOfCold } from '../cold/smallest.ts';
import { watchCold } from '../cold/watch.ts';
import { partOf } from '../watch-parts.ts';

/** Fridges and freezers that warm beyond their defrosts and open doors. */
export default defineDetector({
  about: 'cold',
  title: 'Fridge and freezer',
  settings: coldSettings,
  answers: ['It was too warm', 'Cleaned or filled', 'Not worth telling'],
  needs: 'a thermometer in a fridge or freezer',
  subjects: (entities, settings) =>
    coldSensors(entities, settings?.sensors).map(({ entity }) => entity.id),
  picks(entities, settings) {
    const sensors = coldSensors(entities, settings?.sensors);
    const plugs = sensors.flatMap(({ plug }) => (plug ? [plug.id] : []));
    return [...new Set([...sensors.map(({ entity }) => entity.id), ...plugs])];
  },
  smallest: smallestOfCold,
  watch: watchCold,
  learn: learnCold,
  look: lookAtCold,
  chart(finding, series) {
    const means = partOf<ColdPart>(series.state, finding.entities[0])?.means ?? [];
    const own = (celsius: number) => (series.unit === '°F' ? celsius * 1.8 + 32 : celsius);
    const usual =
      means.length < 24
        ? null
        : ([own(quantile(means, 0.05)), own(quantile(means, 0.95))] as const);
    const freezer = means.length > 0 && quantile(means, 0.5) < -6;
    return chartNumbers(finding, series, { lane: freezer ? 'Freezer' : 'Fridge', usual });
  },
});
