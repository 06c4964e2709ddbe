import type { ChannelDefinition, HomePanel } from '@tomte/sdk/define';
import { type Alerts, openAlerts } from '../alert/alerts.ts';
import { drawPng } from '../alert/picture.ts';
import { channelFetch, earFetch } from '../alert/reach.ts';
import type { Extensions } from '../lib/extensions.ts';
import { holderOf } from '../store/leases.ts';
import type { Row } from '../store/tables.ts';
import { type AlertButton, openAlertButton } from './alert-button.ts';
import { fireTurn } from './alert-turns.ts';
import type { AskedHome } from './approval-words.ts';
import { type Approvals, openApprovals } from './approvals.ts';
import { alertChart } from './charts.ts';
import type { Decisions } from './decide/decisions.ts';
import { digestGroups } from './decide/digest-order.ts';
import { doubtPrefix } from './door-parts.ts';
import { entityName } from './entity-name.ts';
import type { HomeLife } from './home-life.ts';
import { homeSight } from './home-sight.ts';
import type { PlaceParts } from './parts.ts';
import type { LiveSettings } from './settings.ts';

/** The two ways to people: news for them, and questions to them. */
export interface People {
  readonly alerts: Alerts;
  readonly approvals: Approvals;
  readonly button: AlertButton;
}

/** A question is told like an alert, and answered where alerts are read: each knows the other by function. */
export function openPeople(o: {
  readonly parts: PlaceParts;
  readonly settings: Pick<LiveSettings, 'get'>;
  readonly channels: Extensions<ChannelDefinition>;
  readonly lives: () => ReadonlyMap<string, HomeLife>;
  readonly decisions: () => Decisions;
  readonly panel: (home: string) => HomePanel | null;
  /** What a program outside proposed was answered. */
  readonly proposed: (approval: Row<'approvals'>) => Promise<void>;
}): People {
  const { parts, lives } = o;
  const { store, key, clock, log, random, worker } = parts;
  const sight = homeSight(lives);
  const alerts = openAlerts({
    ...{ store, key, clock, log, random, worker },
    fetch: channelFetch(clock),
    earFetch: earFetch(clock),
    channels: o.channels,
    panel: o.panel,
    async hears(home) {
      const holder = await holderOf(store.db, home);
      return holder === null || holder === parts.worker;
    },
    voice: (home) => lives().get(home)?.voice ?? null,
    homeName: (home) => lives().get(home)?.name ?? 'Home',
    sight,
    digest: digestGroups(parts, sight, o.decisions),
    digestAt: () => o.settings.get().digestAt,
    picture: async (alert) => {
      const spec = await alertChart(parts, lives().get(alert.home), alert);
      return spec ? drawPng(spec) : null;
    },
    publicUrl: () => o.settings.get().publicUrl,
    held: parts.place === 'demo',
    async choose({ approval, option, by }) {
      await approvals.answer(approval, { answer: option, by });
    },
    press: async (id, by) => button.press(id, by),
    onChanged(alert) {
      // A question told like an alert is none, and has news of its own; what is held back is no news.
      if (alert.approval !== null || alert.told_at === null) return;
      parts.publish({ type: 'alert', alert: alert.id, state: alert.state });
      endDoubt(alert).catch((error: unknown) =>
        log.error({ err: error, alert: alert.id }, 'a doubt was not ended'),
      );
      fireTurn(parts, alert).catch((error: unknown) =>
        log.error({ err: error, alert: alert.id }, 'an alert started nothing'),
      );
    },
  });
  /** Somebody looked: there is nothing more that could end it. */
  async function endDoubt({ home_id, key, title, state, seen_by }: Row<'alerts'>): Promise<void> {
    if (state !== 'acknowledged' || !key.startsWith(doubtPrefix)) return;
    const text = `${seen_by ?? 'Somebody'} looked.`;
    await alerts.resolve(home_id, key, { title, text, at: clock.now() });
  }
  const approvals = openApprovals({
    parts,
    alerts,
    homes: () => [...lives().keys()],
    home: (id) => askedHome(parts, lives().get(id)),
    async answered(approval, answer) {
      await parts.engine.answered(parts.place, approval, answer);
    },
    pressed: (approval) => button.answered(approval),
    proposed: o.proposed,
  });
  const button = openAlertButton({ parts, lives, alerts, ask: approvals.ask });
  return { alerts, approvals, button };
}

function askedHome(parts: PlaceParts, life: HomeLife | undefined): AskedHome | null {
  if (!life) return null;
  return {
    name: life.name,
    zone: life.zone,
    entityName: (entity) => entityName(life.link.mirror.info(entity), entity),
    workflowTitle: (name) => parts.workflows.get(name)?.title ?? name,
  };
}
