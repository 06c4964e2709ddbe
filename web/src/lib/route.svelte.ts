/** The place we are in, kept behind the `#` so that the app works under any prefix. */

/** `#/watch/a1?x=y` is place `watch`, rest `['a1']`, query `x`. */
export interface Route {
  readonly place: string;
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [place = '', ...rest] = path.split('/').map((part) => decode(part));
  return { place: place || 'today', rest, query: new URLSearchParams(query) };
}

function decode(part: string): string {
  // A hash typed by hand may hold a lone %; then it is meant as it stands.
  return /%(?![0-9a-f]{2})/i.test(part) ? part : decodeURIComponent(part);
}

export const route = $state<{ current: Route }>({ current: parseRoute('') });

export function startRoutes(): () => void {
  const read = () => {
    route.current = parseRoute(location.hash);
  };
  read();
  window.addEventListener('hashchange', read);
  return () => window.removeEventListener('hashchange', read);
}

export const to = (...parts: string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

export function go(...parts: string[]): void {
  location.hash = to(...parts);
}
