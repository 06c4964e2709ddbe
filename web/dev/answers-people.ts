/** Who is told in the fixture home, and what a route would do. */
import type { Person, Route, RoutePreview } from '@tomte/sdk/types-people';

export const persons: Person[] = [
  {
    ...{ id: 'p1', name: 'Maja', entity: 'person.maja', channels: ['c1'], position: 0 },
    ...{ quiet: { from: '22:00', to: '07:00' }, maySayYes: true },
  },
  {
    ...{ id: 'p2', name: 'Ola', entity: 'person.ola', channels: ['c2'], position: 1 },
    ...{ quiet: null, maySayYes: false },
  },
];

const route = (id: string, position: number, given: Partial<Route>): Route => ({
  ...{ id, position, name: id, home: null, enabled: true, severities: [], areas: [] },
  ...{ hours: null, presence: 'all', steps: [{ persons: [], channels: [], afterMinutes: 0 }] },
  ...given,
});

export const routes: Route[] = [
  route('r1', 0, {
    name: 'At night',
    severities: ['now'],
    hours: { from: '22:00', to: '07:00' },
    steps: [
      { persons: ['p1'], channels: [], afterMinutes: 0 },
      { persons: ['p2'], channels: [], afterMinutes: 10 },
    ],
  }),
  route('r2', 1, { name: 'The nursery', areas: ['Nursery'], presence: 'home', enabled: false }),
];

export const preview: RoutePreview = {
  route: 'r1',
  steps: [
    {
      afterMinutes: 0,
      told: [{ channel: 'c1', name: 'Maja’s phone', person: 'Maja', how: 'at once' }],
    },
    {
      afterMinutes: 10,
      told: [{ channel: 'c2', name: 'E-mail', person: 'Ola', how: 'at once' }],
    },
  ],
};
