import { figure } from '@tomte/sdk/words';
import { changes, faultOf, type Rule } from '../sensor.ts';

const leastHours = 5;

/** A device cannot use more than the home it stands in. */
const largerThanHouse: Rule = {
  rule: 'larger-than-house',
  find: ({ sensors, house }) =>
    sensors.flatMap((sensor) => {
      if (sensor.role !== 'device') return [];
      const rows = changes(sensor).flatMap(({ start, kWh }) => {
        const all = house.get(start);
        return all === undefined || kWh < 0.1 ? [] : [{ kWh, all }];
      });
      const larger = rows.filter(({ kWh, all }) => kWh > 1.1 * Math.max(0, all) + 0.1);
      if (larger.length < leastHours || larger.length < 0.05 * rows.length) return [];
      const worst = larger.reduce((a, b) => (b.kWh - b.all > a.kWh - a.all ? b : a));
      return [
        faultOf(sensor, {
          evidence: `In ${larger.length} of ${rows.length} hours it used more than the whole home, once ${figure(worst.kWh)} kWh of ${figure(worst.all)}.`,
          consequence: 'What is left for the rest of the home would be less than nothing.',
          fix: 'Look at its unit, and whether it stands behind another meter than the one of the home.',
        }),
      ];
    }),
};
export default largerThanHouse;
