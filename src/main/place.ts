/** One place with all its rooms. As long as a place has rooms: each is opened, named and closed here, and nothing else. */
import type { ChannelDefinition } from '@tomte/sdk/define';
import type { Tomte } from '@tomte/sdk/operations';
import type { Alerts } from '../alert/alerts.ts';
import { drawPng } from '../alert/picture.ts';
import { LiveHub } from '../api/live.ts';
import type { Site } from '../api/routes.ts';
import type { Extensions } from '../lib/extensions.ts';
import type { Solver } from '../lib/solve/solver.ts';
import { openAlertsOfEpisode } from '../store/alerts.ts';
import type { AlertButton } from './alert-button.ts';
import type { Approvals } from './approvals.ts';
import { openPastTrials } from './backtests.ts';
import { alertWording } from './decide/alert-words.ts';
import { type Decisions, openDecisions } from './decide/decisions.ts';
import { decideOperations } from './decide/operations.ts';
import { openAnswers } from './detect/answers.ts';
import { openBeats } from './detect/heartbeat.ts';
import { type DetectParts, detectOperations } from './detect/operations.ts';
import { openPreviews } from './detect/preview.ts';
import { doorParts } from './door-parts.ts';
import { effectsOf } from './effects.ts';
import { choiceOperation } from './energy/choosing.ts';
import { type HomePlans, openHomePlans, planWorkflow } from './energy/home-plans.ts';
import { openEnergyOf } from './energy/open.ts';
import { energyOperations } from './energy/operations.ts';
import { planOperations } from './energy/plan-operations.ts';
import { solverOf } from './energy/planning.ts';
import type { EnergyRoom } from './energy/room.ts';
import { entityName } from './entity-name.ts';
import { type Grants, openGrants } from './grants.ts';
import { homeBegun } from './home-begun.ts';
import type { HomeLife } from './home-life.ts';
import { homePanel, openPanelEvents } from './home-panel.ts';
import { type AllHomeSettings, openHomeSettings } from './home-settings.ts';
import { keepHome } from './keep-home.ts';
import { sayLastWords } from './last-words.ts';
import { type Lives, lifeOf, openLives } from './lives.ts';
import { mcpOperations } from './mcp/operations.ts';
import { openProposals, type Proposals } from './mcp/proposals.ts';
import { type Modes, openModes } from './modes.ts';
import { noteJumps } from './note-jumps.ts';
import { alertOperations } from './operations-alerts.ts';
import { approvalOperations } from './operations-approvals.ts';
import { askOperation, connectorOperations } from './operations-connectors.ts';
import { homeOperations } from './operations-homes.ts';
import { peopleOperations } from './operations-people.ts';
import { settingsOperations } from './operations-settings.ts';
import { todayOperations } from './operations-today.ts';
import { whyOperations } from './operations-why.ts';
import { workflowOperations } from './operations-workflows.ts';
import { type Outside, openOutside } from './outside.ts';
import { outsideDoors } from './outside-doors.ts';
import type { PlaceParts } from './parts.ts';
import { openPeople } from './people.ts';
import { type LiveSettings, openSettings } from './settings.ts';
import { keepTidy } from './tidy.ts';
import { type UserWorkflows, workflowFileOperations } from './user-workflows.ts';
import { keepWatchedWeeks } from './watched-weeks.ts';
import { wordsOperations } from './words/operations.ts';

/** A place at work: its homes, its alerts, and everything that can be asked of it. */
export interface Place {
  readonly parts: PlaceParts;
  readonly tomte: Tomte;
  readonly site: Site;
  readonly alerts: Alerts;
  readonly button: AlertButton;
  readonly settings: LiveSettings;
  readonly modes: Modes;
  readonly approvals: Approvals;
  readonly homeSettings: AllHomeSettings;
  readonly outside: Outside;
  readonly decisions: Decisions;
  /** The past at each stop of a slider, answers, the heartbeat. */
  readonly detect: Pick<DetectParts, 'previews' | 'answers' | 'beats'>;
  readonly energy: EnergyRoom;
  readonly solver: Solver;
  readonly plans: HomePlans;
  lives(): ReadonlyMap<string, HomeLife>;
  readonly begin: Lives['begin'];
  readonly end: Lives['end'];
  readonly inTurn: Lives['inTurn'];
  close(): Promise<void>;
}

export interface PlaceOptions {
  readonly parts: Omit<PlaceParts, 'publish'>;
  readonly channels: Extensions<ChannelDefinition>;
  /** Other workers may share the database. */
  readonly shared: boolean;
  readonly version: string;
  readonly startedAt: number;
  readonly demoDoor: () => boolean;
  /** The demo's operations, for lists that show the demo while nothing is linked. */
  readonly demoTomte?: () => Promise<Tomte | null>;
  readonly passwordSet?: () => boolean;
  /** Where the person's own workflows lie; left out where there are none. */
  readonly dataFolder?: string;
  /** Makes a text one of them, to be tried. */
  readonly ofText?: UserWorkflows['ofText'];
  /** Default of readings' retention, days. */
  readonly retentionDays: number;
  readonly publicUrl: string | null;
  readonly passwordChanged: (hash: string) => void;
  /** After the first real home is linked. */
  readonly onLinked?: () => Promise<void>;
}

export async function openPlace(o: PlaceOptions): Promise<Place> {
  const hub = new LiveHub();
  const events = openPanelEvents();
  const parts: PlaceParts = {
    ...o.parts,
    publish(event) {
      hub.publish(event);
      events.publish(event);
    },
  };
  const { store } = parts;
  const settings = await openSettings(store.db, {
    retentionDays: o.retentionDays,
    publicUrl: o.publicUrl,
  });
  const granted = await openGrants(store.db);
  const modes = await openModes(parts);
  const homeSettings = await openHomeSettings(store.db);
  const proposals = await openProposals({
    ...{ parts, grants: granted, lives: () => lives.all },
    ...{ approvals: () => approvals, alerts: () => alerts, tomte: () => tomte },
  });
  const grants = { ...granted, ...proposals.grants };
  // Alerts speak through the homes, and a home that begins has alerts to hear: each knows the other by function.
  const { alerts, approvals, button } = openPeople({
    parts,
    settings,
    channels: o.channels,
    lives: () => lives.all,
    decisions: () => decisions,
    proposed: proposals.answered,
    panel: (home) =>
      homePanel(
        {
          ...{ parts, modes, settings, events, lives: () => lives.all },
          setMode: (input) => tomte.setMode(input),
        },
        home,
      ),
  });
  const lives = openLives({
    parts,
    grants,
    door: (row) =>
      doorParts({
        ...{ parts, settings, alerts, modes, approvals, homeSettings, row },
        entityName: (id) => entityName(lives.all.get(row.id)?.link.mirror.info(id), id),
      }),
    forwardsButtons: (home) => homeSettings.of(home).buttonsEntity !== null,
    notes: (home) => homeSettings.of(home).notes,
    onForgotten(home) {
      modes.drop(home);
      homeSettings.drop(home);
      energy.drop(home);
    },
    shared: o.shared,
    onBegun: (life, row) =>
      homeBegun(parts, alerts, life, row, () => homeSettings.of(life.home).buttonsEntity),
    onLost: () => void alerts.homesChanged(),
  });
  const outside = openOutside(parts, () => lives.all);
  const decisions = await openDecisions({ parts, alerts, lives: () => lives.all });
  const energy = openEnergyOf(parts, outside, () => lives.all);
  const solver = solverOf(parts);
  const plans = openHomePlans({ ...parts, db: store.db, energy, solver, lives: () => lives.all });
  const choice = choiceOperation({
    ...{ ...parts, energy, solver, plans, decider: decisions.decider },
    lives: () => lives.all,
  });
  const previews = openPreviews(parts);
  const detect = {
    previews,
    answers: openAnswers(parts, previews, (home, episode, by) =>
      seeAlerts(parts, alerts, { home, episode, by }),
    ),
    beats: await openBeats(parts, () => lives.all),
  };
  parts.engine.addPlace(parts.place, {
    store,
    effects: effectsOf({
      ...{ alerts, now: parts.clock.now },
      lives: () => lives.all,
      worded: alertWording(parts, decisions, (home, id) =>
        lives.all.get(home)?.link.mirror.info(id),
      ),
      doors: {
        ...outsideDoors({ clock: parts.clock, outside, decider: decisions.decider }),
        ask: approvals.ask,
        plan: plans.now,
        chooseSchedule: (home, asked) => choice.chooseSchedule({ ...asked, home }),
      },
    }),
    gate: {
      pausedUntil: (home) => modes.until(home, 'pause'),
      world: (home) => worldOf(parts, lives.all.get(home)),
    },
  });
  const stops = [
    keepTidy(parts, settings, decisions.settings),
    noteJumps(parts, () => lives.all),
    keepWatchedWeeks({ parts, alerts, homes: () => [...lives.all.keys()] }),
  ];
  const place: Omit<Place, 'tomte' | 'site'> = {
    parts,
    alerts,
    button,
    settings,
    modes,
    approvals,
    homeSettings,
    outside,
    decisions,
    detect,
    energy,
    solver,
    plans,
    lives: () => lives.all,
    begin: lives.begin,
    end: lives.end,
    inTurn: lives.inTurn,
    async close() {
      for (const stop of stops) stop();
      modes.stop();
      detect.beats.stop();
      energy.stop();
      await solver.close();
      await approvals.stop();
      await alerts.stop();
      await outside.close();
      await lives.close();
    },
  };
  const { tomte, link } = operationsOf(place, o, { grants, proposals });
  await lives.beginAll();
  proposals
    .goOn()
    .catch((error: unknown) =>
      parts.log.error({ err: error }, 'proposals of before the start were not looked at'),
    );
  alerts.start();
  const picture: Site['picture'] = async (id) => {
    const page = await tomte.getAlert({ id });
    return page.chart ? drawPng(page.chart) : null;
  };
  return { ...place, tomte, site: { tomte, live: hub, link, picture } };
}

function operationsOf(
  place: Omit<Place, 'tomte' | 'site'>,
  o: PlaceOptions,
  { grants, proposals }: { grants: Grants; proposals: Proposals },
): Pick<Site, 'tomte' | 'link'> {
  const link: Site['link'] = (request, onStage, signal) =>
    keepHome(place, request, {
      onStage,
      ...(signal ? { signal } : {}),
      ...(o.onLinked ? { onLinked: o.onLinked } : {}),
    });
  const trials = openPastTrials(place.parts, (home) => lifeOf(place.lives(), home));
  const tomte: Tomte = {
    ...todayOperations(place, o),
    ...homeOperations(
      { ...place, lastWords: (home) => sayLastWords(place, home) },
      (request, onStage) => link(request, onStage, new AbortController().signal),
    ),
    ...alertOperations(place, o.demoTomte ?? (async () => null)),
    ...workflowOperations(place, grants),
    ...workflowFileOperations(place.parts.store.db),
    backtest: trials.backtest,
    ...peopleOperations(place.parts.store.db),
    ...approvalOperations(place),
    ...whyOperations(place, () => tomte),
    ...mcpOperations(place, proposals),
    ...wordsOperations(place, {
      ...{ decider: place.decisions.decider, tomte: () => tomte },
      ...{ dataFolder: o.dataFolder ?? null, ofText: o.ofText ?? null, trials },
    }),
    ...connectorOperations(place.parts, async () => place.parts.connectors),
    ...askOperation(place.outside),
    ...decideOperations(place.parts, place.decisions),
    ...detectOperations({ ...place, ...place.detect }),
    ...energyOperations({ ...place.parts, ...place }),
    ...planOperations({
      ...{ ...place.parts, ...place, db: place.parts.store.db },
      follow: (home) => tomte.runWorkflow({ home, name: planWorkflow }),
    }),
    ...settingsOperations(place, o),
  };
  return { tomte, link };
}

/** Who answers what was found has seen the alert that tells it. */
async function seeAlerts(
  parts: PlaceParts,
  alerts: Alerts,
  o: { home: string; episode: string; by: string | null },
): Promise<void> {
  for (const { id, state } of await openAlertsOfEpisode(parts.store.db, o))
    if (state === 'open') await alerts.acknowledge(id, o.by);
}

/** What conditions look at. */
const worldOf = ({ clock }: PlaceParts, life: HomeLife | undefined) =>
  life
    ? {
        zone: life.zone,
        now: clock.now(),
        state: (id: string) => life.link.mirror.entity(id) ?? null,
      }
    : null;
