/** What this browser remembers: small, not secret, and the app works without it. */

const prefix = () => `tomte ${location.pathname} `;

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(prefix() + name, value);
  } catch (cause) {
    // Private windows refuse storage: the page is then merely forgetful.
    console.debug('not kept', cause);
  }
}

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(prefix() + name);
  } catch (cause) {
    console.debug('not kept', cause);
    return null;
  }
}
