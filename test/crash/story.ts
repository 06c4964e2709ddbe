import type { Finding } from '@tomte/sdk/define';

export const home = 'h1';

/** Three turns of one episode, each with a title of its own. */
export function finding(kind: Finding['kind'], at: number): Finding {
  const titles = { raised: 'Water runs', updated: 'Water still runs', cleared: 'Over: it stopped' };
  return {
    kind,
    episode: 'e1',
    detector: 'water',
    entities: ['sensor.water_flow'],
    at,
    since: 0,
    severity: 'now',
    probability: 0.9,
    title: titles[kind],
    text: '0.4 L/min.',
    lines: [],
    facts: {
      is: '',
      usually: '',
      since: '',
      around: [],
      probably: null,
      check: null,
      numbers: {},
    },
  };
}
