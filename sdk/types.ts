/** The nouns that cross the wire, as zod schemas with their types. Times on the wire are ISO 8601 UTC with `Z`. */
import { z } from 'zod';
import { chartSpec } from './chart.ts';
import { type Alert, alert, errorShape, facts, isoTime, severity } from './types-alert.ts';
import { homeNotes } from './types-answer.ts';
import { type Approval, approval } from './types-approval.ts';
import { grant } from './types-grant.ts';
import { homeMode, type ModeName } from './types-mode.ts';
import { clockWord } from './types-people.ts';

export * from './types-alert.ts';

export const warning = z.object({ code: z.string(), message: z.string(), hint: z.string() });
export type Warning = z.infer<typeof warning>;

export const probeStageName = z.enum([
  'address',
  'dns',
  'tcp',
  'tls',
  'http',
  'websocket',
  'auth',
  'home',
]);
export type ProbeStageName = z.infer<typeof probeStageName>;

/** One stage of the test request. A stage tried on several ports is one row a port. */
export const probeStage = z.object({
  stage: probeStageName,
  ok: z.boolean(),
  /** Milliseconds it took. */
  ms: z.number(),
  /** What was found, in words a person reads. Never a secret. */
  detail: z.string(),
  port: z.number().optional(),
});
export type ProbeStage = z.infer<typeof probeStage>;

export const tokenFacts = z.object({
  issuedAt: isoTime.nullable(),
  expiresAt: isoTime.nullable(),
  daysLeft: z.number().nullable(),
});

export const homeFacts = z.object({
  id: z.string(),
  name: z.string(),
  /** The origin that answered as Home Assistant, such as http://192.168.1.20:8123. */
  address: z.string(),
  version: z.string(),
  timeZone: z.string(),
  currency: z.string(),
  entities: z.number(),
  user: z.object({ name: z.string(), admin: z.boolean() }),
  token: tokenFacts,
});
export type HomeFacts = z.infer<typeof homeFacts>;

export const linkRequest = z.strictObject({
  /** As a person types or pastes it: IP, host, host:port, URL, with or without a path. */
  address: z.string().max(2000),
  port: z.coerce.number().int().min(1).max(65535).optional(),
  token: z.string().max(16384).optional(),
  name: z.string().max(120).optional(),
  /** Keep this server's certificate fingerprint and accept just that one from now on. */
  pinCertificate: z.boolean().optional(),
  allowPlainHttp: z.boolean().optional(),
  /** Renew token and address of a home that is linked already. */
  replace: z.boolean().optional(),
});
export type LinkRequest = z.infer<typeof linkRequest>;

export const linkAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), home: homeFacts, warnings: z.array(warning) }),
  z.object({ ok: z.literal(false), error: errorShape, probe: z.array(probeStage) }),
]);
export type LinkAnswer = z.infer<typeof linkAnswer>;

export const linkStateKind = z.enum(['connecting', 'syncing', 'live', 'stale', 'stopped']);

export const homeSummary = homeFacts.extend({
  link: z.object({
    state: linkStateKind,
    /** Since when it is in this state. */
    since: isoTime,
    /** Time of the newest news from the home. */
    asOf: isoTime.nullable(),
    generation: z.number(),
    /** Cause of the last loss, while not live. */
    error: errorShape.nullable(),
    /** When the next attempt is due. */
    nextAttemptAt: isoTime.nullable(),
  }),
  demo: z.boolean(),
  /** Entity into which the forwarding blueprint writes what was pressed on phones. */
  buttonsEntity: z.string().nullable(),
  /** True when nobody but Tomte uses its user in this Home Assistant. */
  ownUser: z.boolean(),
  notes: homeNotes.optional(),
});
export type HomeSummary = z.infer<typeof homeSummary>;

export const foundHome = z.object({
  name: z.string(),
  address: z.string(),
  version: z.string(),
  uuid: z.string(),
});
export type FoundHome = z.infer<typeof foundHome>;

export const doctorFinding = z.object({
  id: z.string(),
  level: z.enum(['ok', 'note', 'warn', 'bad']),
  title: z.string(),
  detail: z.string(),
  fix: z.string().nullable(),
});
export const doctorReport = z.object({
  home: z.string(),
  name: z.string(),
  at: isoTime,
  probe: z.array(probeStage),
  findings: z.array(doctorFinding),
  /** Right by right: what this token's user can and cannot do. */
  rights: z.array(
    z.object({ what: z.string(), normal: z.string(), admin: z.string(), you: z.boolean() }),
  ),
});
export type DoctorFinding = z.infer<typeof doctorFinding>;
export type DoctorReport = z.infer<typeof doctorReport>;

export const entityRow = z.object({
  id: z.string(),
  name: z.string(),
  domain: z.string(),
  area: z.string().nullable(),
  floor: z.string().nullable(),
  device: z.string().nullable(),
  deviceClass: z.string().nullable(),
  unit: z.string().nullable(),
  state: z.string(),
  lastChanged: isoTime,
  /** When the sensor last reported, also without a change; null when not known. */
  lastReported: isoTime.nullable(),
  /** Watched by a workflow, or kept as readings. */
  watched: z.boolean(),
});
export type EntityRow = z.infer<typeof entityRow>;

export const progress = z.object({ done: z.number(), of: z.number(), what: z.string() });

export const unusualFinding = z.object({
  title: z.string(),
  text: z.string(),
  from: isoTime,
  to: isoTime.nullable(),
  entities: z.array(z.string()),
  facts: facts.nullable(),
  chart: chartSpec.nullable(),
});
export const firstLook = z.object({
  home: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  progress,
  startedAt: isoTime,
  finishedAt: isoTime.nullable(),
  days: z.number(),
  have: z.array(
    z.object({
      kind: z.string(),
      title: z.string(),
      detail: z.string(),
      entities: z.array(z.string()),
    }),
  ),
  unusual: z.array(unusualFinding),
  broken: z.array(
    z.object({
      title: z.string(),
      detail: z.string(),
      fix: z.string(),
      entities: z.array(z.string()),
    }),
  ),
  couldSwitchOn: z.array(
    z.object({
      workflow: z.string(),
      title: z.string(),
      text: z.string(),
      wouldHaveTold: z.number(),
      settings: z.record(z.string(), z.unknown()),
    }),
  ),
  error: errorShape.nullable(),
});
export type FirstLook = z.infer<typeof firstLook>;

export const workflowMode = z.enum(['on', 'off', 'watch']);
export const workflowRow = z.object({
  name: z.string(),
  title: z.string(),
  text: z.string(),
  home: z.string(),
  mode: workflowMode,
  settings: z.record(z.string(), z.unknown()),
  /** JSON schema of the settings: the form is made of it. */
  schema: z.record(z.string(), z.unknown()),
  /** What it may switch; each entity needs a rule that allows it. */
  grants: z.array(grant),
  lastRun: z
    .object({ id: z.string(), at: isoTime, state: z.string(), reason: z.string() })
    .nullable(),
  /** Entities it would like to switch, by its settings: offered for a grant. */
  wants: z.array(z.string()),
  detectors: z.array(z.string()).optional(), // Those whose findings start it.
  /** When watching only ends and you decide; null while it is on or off. */
  watchUntil: isoTime.nullable(),
  /** Turned on, it watches only for a week: nobody has let it act yet. */
  watchesFirst: z.boolean(),
  /** When it is due next; null where no time starts it, or it is off. */
  next: isoTime.nullable().optional(),
  /** Whether this home has what the workflow needs, in words. */
  fits: z.object({ ok: z.boolean(), text: z.string(), entities: z.array(z.string()) }),
});
export type WorkflowRow = z.infer<typeof workflowRow>;

export const run = z.object({
  id: z.string(),
  home: z.string(),
  workflow: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  /** Why it started, in words. */
  reason: z.string(),
  createdAt: isoTime,
  endedAt: isoTime.nullable(),
  error: errorShape.nullable(),
});
export const runStep = z.object({
  name: z.string(),
  /** What it was: `act`, `alert`, `sleep`, `look`, … */
  kind: z.string(),
  /** How often it was tried. */
  tries: z.number(),
  startedAt: isoTime.nullable(),
  endedAt: isoTime.nullable(),
  input: z.unknown(),
  output: z.unknown(),
  error: z.string().nullable(),
  /** Place in the order in which the Run made its calls. */
  position: z.number(),
  /** Place of the step whose result led to it; null where none did. */
  after: z.number().nullable(),
  /** Places of the steps that were under way when it was called: it ran side by side with them. */
  beside: z.array(z.number()),
});
/** What a Run waits for, or waited for. */
export const runWait = z.object({
  /** `sleep`, `until`, `event`, `webhook`, `approval`, `run`. */
  kind: z.string(),
  name: z.string(),
  spec: z.unknown(),
  since: isoTime,
  /** When it ends by itself; null where it does not. */
  until: isoTime.nullable(),
  settledAt: isoTime.nullable(),
  outcome: z.unknown(),
});
/** An Action that a Run asked for, with what became of it. */
export const runAction = z.object({
  key: z.string(),
  action: z.unknown(),
  /** The rule that refused it. */
  rule: z.string().nullable(),
  tries: z.number(),
  askedAt: isoTime,
  answeredAt: isoTime.nullable(),
  outcome: z.unknown(),
});
export const runPage = run.extend({
  trigger: z.unknown(),
  steps: z.array(runStep),
  waits: z.array(runWait),
  actions: z.array(runAction),
  logs: z.array(z.object({ at: isoTime, text: z.string() })),
  result: z.unknown(),
  /** Hash of the person's own workflow it began with; null for those that come with Tomte. */
  version: z.string().nullable(),
  /** Run that called it. */
  parent: z.string().nullable(),
  /** Tried: nothing was switched and nobody was told. */
  dry: z.boolean(),
  /** Run whose steps it took over as they were; its own begin at place `from`. */
  fork: z.object({ run: z.string(), from: z.number() }).nullable(),
});
export type RunWait = z.infer<typeof runWait>;
export type RunAction = z.infer<typeof runAction>;
export type Run = z.infer<typeof run>;
export type RunPage = z.infer<typeof runPage>;
export type RunStep = z.infer<typeof runStep>;

export const channelRow = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  home: z.string().nullable(),
  enabled: z.boolean(),
  /** When its reader ended it, by the link in a message; null otherwise. */
  stoppedAt: isoTime.nullable(),
  severities: z.array(severity),
  /** Secret settings come as `«secret»` and are kept when sent back so. */
  settings: z.record(z.string(), z.unknown()),
  lastDelivery: z
    .object({ state: z.string(), at: isoTime, error: errorShape.nullable() })
    .nullable(),
  /** The three ticks of the last test; null where not known yet. */
  test: z
    .object({
      arrived: z.boolean(),
      picture: z.boolean().nullable(),
      button: z.boolean().nullable(),
      at: isoTime,
    })
    .nullable(),
  /** Whether answers are heard: why not, where they are not; null for a channel that hears nothing. */
  ear: z
    .object({
      state: z.enum(['starting', 'hears', 'deaf']),
      since: isoTime,
      error: errorShape.nullable(),
    })
    .nullable(),
});
export type ChannelRow = z.infer<typeof channelRow>;
export const channelKind = z.object({
  kind: z.string(),
  title: z.string(),
  text: z.string(),
  schema: z.record(z.string(), z.unknown()),
});
export type ChannelKind = z.infer<typeof channelKind>;

export const connectorKind = z.object({
  kind: z.string(),
  title: z.string(),
  text: z.string(),
  /** JSON schema of the settings. */
  schema: z.record(z.string(), z.unknown()),
  /** JSON schema of what may be asked. */
  query: z.record(z.string(), z.unknown()),
  /** False where it works without being set up. */
  needsSettings: z.boolean(),
});
export type ConnectorKind = z.infer<typeof connectorKind>;
export const connectorRow = z.object({
  /** The kind, or `kind:label` where there are several of one. */
  name: z.string(),
  kind: z.string(),
  title: z.string(),
  home: z.string(),
  setUp: z.boolean(),
  /** Secret settings come as `«secret»` and are kept when sent back so. */
  settings: z.record(z.string(), z.unknown()),
  /** When its newest facts were read. */
  asOf: isoTime.nullable(),
  /** Why the newest attempt failed. */
  error: errorShape.nullable(),
});
export type ConnectorRow = z.infer<typeof connectorRow>;
export const factsAnswer = z.object({
  connector: z.string(),
  value: z.unknown(),
  /** When the source said so. */
  asOf: isoTime,
  validUntil: isoTime,
  /** True when it is older than it should be, because the newest attempt failed. */
  stale: z.boolean(),
  error: errorShape.nullable(),
});
export type FactsAnswer = z.infer<typeof factsAnswer>;

export const today = z.object({
  /** The page's one sentence, made by code. */
  sentence: z.string(),
  lantern: z.enum(['none', 'low', 'high']),
  asOf: isoTime.nullable(),
  stale: z.boolean(),
  needsYou: z.array(alert),
  /** Questions and Actions that wait for a yes, the first to end in front. */
  approvals: z.array(approval),
  /** What holds now, home by home. */
  modes: z.array(homeMode),
  next: z.array(z.object({ at: isoTime.nullable(), what: z.string(), why: z.string() })),
  sinceYouLooked: z.array(
    z.object({ at: isoTime, text: z.string(), alert: z.string().nullable() }),
  ),
  watching: z.object({
    sensors: z.number(),
    reportedLastHour: z.number(),
    workflowsOn: z.number(),
  }),
  chart: chartSpec.nullable(),
  homes: z.array(homeSummary),
});
export type Today = z.infer<typeof today>;

export const serviceStatus = z.object({
  version: z.string(),
  startedAt: isoTime,
  demo: z.boolean(),
  /** True when a demo home stands behind its own door (path `demo/`). */
  demoDoor: z.boolean(),
  homes: z.number(),
  passwordSet: z.boolean(),
  actionsStopped: z.boolean(),
  publicUrl: z.string().nullable(),
});
export type ServiceStatus = z.infer<typeof serviceStatus>;

export const settings = z.object({
  /** Address under which phones reach this Tomte; null means messages carry no links. */
  publicUrl: z.string().nullable(),
  /** Days that readings are kept. */
  retentionDays: z.number().int().min(1).max(3650),
  /** When the morning digest comes, HH:MM by the clock of the home. */
  digestAt: clockWord,
});
export type Settings = z.infer<typeof settings>;

/** What the live stream (`GET live`, server-sent events) carries; `type` is the event's name. */
export type LiveEvent =
  | { type: 'home'; home: string; link: HomeSummary['link'] }
  | { type: 'alert'; alert: string; state: Alert['state'] }
  | {
      type: 'firstLook';
      home: string;
      progress: { done: number; of: number; what: string };
      state: FirstLook['state'];
    }
  | { type: 'states'; home: string; states: { id: string; state: string; at: string }[] }
  | { type: 'approval'; approval: string; state: Approval['state'] }
  /** `until` is null when the mode ended. */
  | { type: 'mode'; home: string; mode: ModeName; until: string | null }
  | { type: 'demoGone' };
