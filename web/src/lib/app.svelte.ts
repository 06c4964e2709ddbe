/** What all pages share: the client, the homes, whether Tomte answers, and the live stream. */
import { type Client, connect } from '@tomte/sdk/client';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { HomeSummary, LiveEvent, ServiceStatus, Warning } from '@tomte/sdk/types';
import { clock, every, settled } from './clock.svelte.ts';
import { keep, kept } from './kept.ts';

interface App {
  status: ServiceStatus | null;
  homes: HomeSummary[];
  /** True while a password is asked for. */
  locked: boolean;
  /** Since when Tomte itself does not answer, epoch ms. */
  silentSince: number | null;
  /** Home chosen in the switcher. */
  chosen: string | null;
  /** Grow when pages should read again. */
  alerts: number;
  looks: number;
  /** States that changed since the page was loaded. */
  states: Record<string, { state: string; at: string }>;
  /** What Authorize said last, for First look. */
  linked: { home: string; warnings: Warning[] } | null;
  /** Said aloud: politely, and at once. */
  said: string;
  saidNow: string;
}

export const app = $state<App>({
  status: null,
  homes: [],
  locked: false,
  silentSince: null,
  chosen: null,
  alerts: 0,
  looks: 0,
  states: {},
  linked: null,
  said: '',
  saidNow: '',
});

const watched: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status === 401) app.locked = true;
  app.silentSince = null;
  return response;
};

export const tomte: Client = connect({ base: 'api/', fetch: watched });

/** The home whose pages are shown, or null while none is linked. */
export function currentHome(): HomeSummary | null {
  return app.homes.find((home) => home.id === app.chosen) ?? app.homes[0] ?? null;
}

export function choose(home: string): void {
  app.chosen = home;
  keep('home', home);
}

export const zoneOf = (home: string): string =>
  app.homes.find((h) => h.id === home)?.timeZone ??
  Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Reads status and homes again. A service that does not answer is told by the page, not thrown. */
export async function refresh(): Promise<void> {
  try {
    app.status = await tomte.status({});
    app.homes = await tomte.listHomes({});
    app.locked = false;
  } catch (error) {
    // The demo's door closes for good when a home is linked, also for whoever stands behind it.
    if (isError(error, 'api.not_found') && inDemo()) location.replace('../');
    else told(error);
  }
}

const inDemo = (): boolean => /\/demo\/(index\.html)?$/.test(location.pathname);

/** The TomteError a page shows for whatever was thrown. */
export function told(error: unknown): TomteError {
  if (isError(error, 'api.login_required')) app.locked = true;
  if (error instanceof TomteError) return error;
  app.silentSince ??= clock.now;
  return new TomteError('app.internal', 'Tomte does not answer.', {
    cause: error,
    hint: 'Is it still running on its computer? This page tries again by itself.',
  });
}

export function startApp(): () => void {
  app.chosen = kept('home');
  void refresh();
  const soon = settled(300, () => void refresh());
  const stopPolling = every(20_000, () => void refresh());
  const stopLive = tomte.live((event) => onLive(event, soon));
  return () => {
    stopPolling();
    stopLive();
  };
}

function onLive(event: LiveEvent, refreshSoon: () => void): void {
  switch (event.type) {
    case 'home': {
      const home = app.homes.find((h) => h.id === event.home);
      if (home && home.link.state !== event.link.state) sayLink(home, event.link.state);
      if (home) home.link = event.link;
      else refreshSoon();
      return;
    }
    case 'alert':
      app.alerts += 1;
      if (event.state === 'open') void sayAlert(event.alert);
      return;
    case 'approval':
      app.alerts += 1;
      if (event.state === 'open') app.said = 'Something needs your yes.';
      return;
    case 'mode':
      app.alerts += 1;
      return;
    case 'firstLook':
      app.looks += 1;
      return;
    case 'states':
      for (const { id, state, at } of event.states) app.states[id] = { state, at };
      return;
    case 'demoGone':
      if (inDemo()) location.replace('../');
      else refreshSoon();
      return;
  }
}

function sayLink(home: HomeSummary, state: HomeSummary['link']['state']): void {
  if (state === 'live') app.said = `${home.name} is linked again.`;
  if (state === 'stale') app.said = `I lost the link to ${home.name}.`;
}

async function sayAlert(id: string): Promise<void> {
  try {
    const alert = await tomte.getAlert({ id });
    if (alert.severity === 'now') app.saidNow = `Now: ${alert.title}`;
    else app.said = alert.title;
  } catch (error) {
    told(error);
  }
}
