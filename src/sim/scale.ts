/** Many plain sensors and many changes, cheaply: for measuring what a big home costs. */
import type { World } from './world.ts';

const crowdId = (n: number): string => `sensor.crowd_${String(n).padStart(5, '0')}`;

/** Fills up with plain sensors to `entities` in all. */
export function crowd(world: World, entities: number): void {
  const now = world.clock.now();
  for (let n = 0; world.states.size < entities; n++) {
    const name = `Crowd ${n}`;
    const attributes = {
      unit_of_measurement: 'W',
      device_class: 'power',
      state_class: 'measurement',
      friendly_name: name,
    };
    world.states.place(crowdId(n), { state: '0', attributes, since: now });
    world.registries.addEntity({ entityId: crowdId(n), name, device: `Crowd box ${n >> 4}` });
  }
}

const beatMs = 20;

/** Numbered changes, round and round over the crowd; the n-th change of all says n. */
export function startChanges(world: World, { perSecond }: { perSecond: number }): () => void {
  const ids = [...world.states.all()]
    .map((s) => s.entityId)
    .filter((id) => id.startsWith('sensor.crowd_'));
  const begun = world.clock.ticks();
  let n = 0;
  return world.clock.every(beatMs, () => {
    const due = Math.floor(((world.clock.ticks() - begun) / 1000) * perSecond);
    for (; n < due; n++) world.set(ids[n % ids.length]!, String(n + 1));
  });
}
