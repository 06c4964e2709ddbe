/** A home as another program shows it: what is open, what is next, what holds, and two switches. */
import type { HomePanel, HomePanelState } from '@tomte/sdk/define';
import type { Severity } from '@tomte/sdk/home';
import type { Tomte } from '@tomte/sdk/operations';
import type { LiveEvent } from '@tomte/sdk/types';
import { listAlerts } from '../store/alerts.ts';
import type { HomeLife } from './home-life.ts';
import type { Modes } from './modes.ts';
import type { PlaceParts } from './parts.ts';
import type { LiveSettings } from './settings.ts';
import { version } from './version.ts';

const shownMax = 100;
const rank: Record<Severity, number> = { now: 0, today: 1, digest: 2 };

export interface HomePanelOptions {
  readonly parts: Pick<PlaceParts, 'store' | 'workflows' | 'log'>;
  readonly lives: () => ReadonlyMap<string, HomeLife>;
  readonly modes: Pick<Modes, 'until'>;
  readonly settings: Pick<LiveSettings, 'get'>;
  /** The same operation as the switch on the page. */
  readonly setMode: Tomte['setMode'];
  readonly events: Pick<PanelEvents, 'listen'>;
}

/** Null while the home is not looked after here. */
export function homePanel(o: HomePanelOptions, home: string): HomePanel | null {
  const life = o.lives().get(home);
  if (!life) return null;
  return {
    id: home,
    name: life.name,
    version,
    address: o.settings.get().publicUrl,
    read: () => read(o, home),
    onChange: (call) => o.events.listen((event) => (concerns(event, home) ? call() : undefined)),
    async setMode(mode, on, by) {
      await o.setMode({ home, mode, by, ...(on ? {} : { off: true }) });
    },
  };
}

async function read(o: HomePanelOptions, home: string): Promise<HomePanelState> {
  const life = o.lives().get(home);
  const rows = await listAlerts(o.parts.store.db, { home, limit: shownMax });
  const open = rows.filter(({ state, approval }) => state !== 'resolved' && approval === null);
  const dues = [...(life?.triggers.nextDues() ?? [])].sort(([, a], [, b]) => a - b);
  const [due] = dues;
  const until = (mode: 'pause' | 'guests') => {
    const end = o.modes.until(home, mode);
    return end === null ? {} : { [mode]: end };
  };
  return {
    alerts: open
      .toSorted((a, b) => rank[a.severity] - rank[b.severity])
      .map((row) => ({
        ...{ title: row.title, text: row.text, severity: row.severity, state: row.state },
        ...{ since: row.since.getTime(), seenBy: row.seen_by },
      })),
    next: due ? { what: o.parts.workflows.get(due[0])?.title ?? due[0], at: due[1] } : null,
    modes: { ...until('pause'), ...until('guests') },
    heardAt: life?.link.state.kind === 'live' ? life.link.state.asOf : null,
  };
}

const concerns = (event: LiveEvent, home: string): boolean =>
  event.type === 'alert' || event.type === 'approval' || ('home' in event && event.home === home);

/** What is published to open pages, for parts of the program that show the same elsewhere. */
export interface PanelEvents {
  publish(event: LiveEvent): void;
  listen(call: (event: LiveEvent) => void): () => void;
}

export function openPanelEvents(): PanelEvents {
  const listeners = new Set<(event: LiveEvent) => void>();
  return {
    publish(event) {
      for (const call of listeners) call(event);
    },
    listen(call) {
      listeners.add(call);
      return () => void listeners.delete(call);
    },
  };
}
