/**
 * Everything that can be asked of Tomte, once: name, method, path, input, output.
 * The HTTP routes, the client, the command line and the reference are all made from this table.
 * Paths are relative: Tomte may stand behind a prefix. `:name` parts are taken from the input.
 */
import { z } from 'zod';
import { op } from './operation.ts';
import { alertOperations } from './operations-alerts.ts';
import { choiceOperations } from './operations-choice.ts';
import { decideOperations } from './operations-decide.ts';
import { detectOperations } from './operations-detect.ts';
import { energyOperations } from './operations-energy.ts';
import { mcpOperations } from './operations-mcp.ts';
import { planOperations } from './operations-plan.ts';
import { wordsOperations } from './operations-words.ts';
import * as t from './types.ts';
import { actionRow } from './types-action.ts';
import { approval } from './types-approval.ts';
import { homeNotes } from './types-detect.ts';
import { grant } from './types-grant.ts';
import { homeMode, modeName } from './types-mode.ts';
import * as r from './types-runs.ts';

const none = z.strictObject({});
const home = z.string().max(200);
const id = z.string().max(200);

export const operations = {
  ...decideOperations,
  ...detectOperations,
  ...energyOperations,
  ...choiceOperations,
  ...mcpOperations,
  ...wordsOperations,
  ...planOperations,
  status: op('GET', 'status', none, t.serviceStatus, 'What runs here.'),
  today: op(
    'GET',
    'today',
    z.strictObject({ since: z.string().optional() }),
    t.today,
    'Is it well, what happens next, what needs me.',
  ),

  listHomes: op('GET', 'homes', none, z.array(t.homeSummary), 'The linked homes.'),
  findHomes: op(
    'GET',
    'found-homes',
    none,
    z.array(t.foundHome),
    'Homes announced on the local network.',
  ),
  linkHome: op(
    'POST',
    'homes',
    t.linkRequest,
    t.linkAnswer,
    'Authorize: test, say what is wrong, keep the home if right.',
  ),
  unlinkHome: op(
    'DELETE',
    'homes/:home',
    z.strictObject({ home, revoke: z.union([z.boolean(), z.stringbool()]).optional() }),
    z.object({ unlinked: z.string(), revoked: z.boolean() }),
    'Forget a home; with revoke, delete its token in Home Assistant.',
  ),
  doctor: op(
    'GET',
    'homes/:home/doctor',
    z.strictObject({ home }),
    t.doctorReport,
    'Every probe of the Link, each finding with its fix.',
  ),
  firstLook: op(
    'GET',
    'homes/:home/first-look',
    z.strictObject({ home }),
    t.firstLook,
    'What is there, what was unusual, what is broken, what could be switched on.',
  ),
  listEntities: op(
    'GET',
    'homes/:home/entities',
    z.strictObject({ home }),
    z.array(t.entityRow),
    'All entities with area, state and age.',
  ),
  homeTypes: op(
    'GET',
    'homes/:home/types',
    z.strictObject({ home }),
    z.object({ home: z.string(), text: z.string() }),
    'TypeScript types of the home: entities, areas, Actions with their fields.',
  ),

  setHome: op(
    'PUT',
    'homes/:home/settings',
    z.strictObject({
      home,
      buttonsEntity: z
        .string()
        .regex(/^input_text\.[a-z0-9_]+$/)
        .nullable()
        .optional(),
      ownUser: z.boolean().optional(),
      notes: homeNotes.optional(),
    }),
    t.homeSummary,
    'What to read in alerts, how buttons pressed on phones reach Tomte, and whether its user is its own.',
  ),
  listModes: op(
    'GET',
    'modes',
    z.strictObject({ home: home.optional() }),
    z.array(homeMode),
    'Pause, guests and away, where they hold now.',
  ),
  setMode: op(
    'PUT',
    'homes/:home/modes/:mode',
    z.strictObject({
      home,
      mode: modeName,
      until: z.string().max(40).optional(),
      off: z.boolean().optional(),
      by: z.string().max(80).optional(),
    }),
    z.array(homeMode),
    'Begin a mode, move its end, or end it; answers what holds in the home.',
  ),

  listApprovals: op(
    'GET',
    'approvals',
    z.strictObject({
      state: approval.shape.state.optional(),
      home: home.optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    z.array(approval),
    'What waits, or waited, for a person’s yes; newest first.',
  ),
  answerApproval: op(
    'POST',
    'approvals/:id/answer',
    z.strictObject({ id, answer: z.string().max(40), by: z.string().max(80).optional() }),
    approval,
    'A person answers; the first answer counts.',
  ),

  listActions: op(
    'GET',
    'actions',
    z.strictObject({
      home: home.optional(),
      run: id.optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    z.array(actionRow),
    'Actions, newest first, with what came of each.',
  ),

  ...alertOperations,

  listWorkflows: op(
    'GET',
    'workflows',
    z.strictObject({ home: home.optional() }),
    z.array(t.workflowRow),
    'Workflows, home by home.',
  ),
  setWorkflow: op(
    'PUT',
    'homes/:home/workflows/:name',
    z.strictObject({
      home,
      name: id,
      mode: t.workflowMode.optional(),
      /** With `on`: what would watch only for its first week acts at once. */
      atOnce: z.boolean().optional(),
      settings: z.record(z.string(), z.unknown()).optional(),
      /** Rules, or entity ids: such an id alone may be switched without further limits. */
      grants: z
        .array(z.union([z.string().max(255), grant]))
        .max(100)
        .optional(),
    }),
    t.workflowRow,
    'Turn on, off, or watch only; change settings and what it may switch.',
  ),
  listWorkflowFiles: op(
    'GET',
    'workflow-files',
    none,
    z.array(r.workflowFile),
    'The files of your own workflows: versions in use, and why one does not load.',
  ),
  backtest: op(
    'POST',
    'homes/:home/workflows/:name/backtest',
    z.strictObject({
      home,
      name: id,
      days: z.coerce.number().int().min(1).max(400).optional(),
      /** To be tried in place of the saved ones. */
      settings: z.record(z.string(), z.unknown()).optional(),
    }),
    r.backtest,
    'Try a workflow on the recorded past: what it would have told and switched.',
  ),
  listRuns: op(
    'GET',
    'runs',
    z.strictObject({
      home: home.optional(),
      workflow: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    z.array(t.run),
    'Runs, newest first.',
  ),
  getRun: op('GET', 'runs/:id', z.strictObject({ id }), t.runPage, 'One Run with its steps.'),
  getRunStates: op(
    'GET',
    'runs/:id/states',
    z.strictObject({ id }),
    r.runStates,
    'What the entities a Run read or switched did while it ran; at most three.',
  ),

  listNotRuns: op(
    'GET',
    'not-runs',
    z.strictObject({
      home: home.optional(),
      workflow: z.string().max(200).optional(),
      /** ISO 8601. */
      from: z.iso.datetime({ offset: true }).optional(),
      to: z.iso.datetime({ offset: true }).optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    z.array(r.notRun),
    'Triggers that matched and started nothing, newest first, with the reason.',
  ),
  nearestRun: op(
    'GET',
    'homes/:home/workflows/:name/nearest',
    z.strictObject({ home, name: id, at: z.iso.datetime({ offset: true }) }),
    r.nearestRun,
    'When the conditions of a workflow were all so, nearest to a time at which it did not run.',
  ),
  why: op(
    'GET',
    'why',
    z.strictObject({
      text: z.string().min(1).max(300),
      home: home.optional(),
      /** What “it” means: the workflow a person looks at while they ask “what if”. */
      workflow: id.optional(),
    }),
    r.whyAnswer,
    'Why something ran or did not, or what would have been if a setting were another: a question in words, or plain words to search for.',
  ),
  listWebhooks: op(
    'GET',
    'homes/:home/workflows/:name/webhooks',
    z.strictObject({ home, name: id }),
    z.array(r.webhook),
    'Webhooks of a workflow: which have an address, when each was last called.',
  ),
  renewWebhook: op(
    'POST',
    'homes/:home/workflows/:name/webhooks/:hook',
    z.strictObject({ home, name: id, hook: z.string().regex(/^[\w-]{1,60}$/) }),
    r.newWebhook,
    'A new path and key, told this once; the old ones end at once.',
  ),
  cancelRun: op(
    'POST',
    'runs/:id/cancel',
    z.strictObject({ id }),
    t.run,
    'End a Run, wherever it is; what it waits for is left.',
  ),
  runWorkflow: op(
    'POST',
    'homes/:home/workflows/:name/run',
    z.strictObject({
      home,
      name: id,
      dryRun: z.boolean().optional(),
      input: z.unknown().optional(),
    }),
    t.run,
    'Start a workflow now; with dryRun it looks at everything and changes nothing.',
  ),

  forkRun: op(
    'POST',
    'runs/:id/fork',
    z.strictObject({ id, from: z.coerce.number().int().min(0).max(10_000) }),
    t.run,
    'The same Run again from the step at this place, switching nothing: what came before is taken as it was.',
  ),

  listChannelKinds: op(
    'GET',
    'channel-kinds',
    none,
    z.array(t.channelKind),
    'Kinds of channels and the form of each.',
  ),
  listChannels: op('GET', 'channels', none, z.array(t.channelRow), 'Where alerts go.'),
  saveChannel: op(
    'POST',
    'channels',
    z.strictObject({
      id: id.optional(),
      kind: z.string(),
      name: z.string().max(120),
      home: home.nullable().optional(),
      enabled: z.boolean().optional(),
      severities: z.array(t.severity).optional(),
      settings: z.record(z.string(), z.unknown()),
    }),
    t.channelRow,
    'Add or change a channel.',
  ),
  removeChannel: op(
    'DELETE',
    'channels/:id',
    z.strictObject({ id }),
    z.object({ removed: z.string() }),
    'Remove a channel.',
  ),
  testChannel: op(
    'POST',
    'channels/:id/test',
    z.strictObject({ id }),
    t.channelRow,
    'Send a test: arrived, picture, button.',
  ),
  confirmChannelTest: op(
    'POST',
    'channels/:id/test/confirm',
    z.strictObject({ id, picture: z.boolean().optional(), button: z.boolean().optional() }),
    t.channelRow,
    'The person says what they saw of the test.',
  ),

  listConnectorKinds: op(
    'GET',
    'connector-kinds',
    none,
    z.array(t.connectorKind),
    'Kinds of connectors and the form of each.',
  ),
  listConnectors: op(
    'GET',
    'homes/:home/connectors',
    z.strictObject({ home }),
    z.array(t.connectorRow),
    'Sources of outside facts: what is set up, and what works without.',
  ),
  saveConnector: op(
    'PUT',
    'homes/:home/connectors/:name',
    z.strictObject({ home, name: id, settings: z.record(z.string(), z.unknown()) }),
    t.connectorRow,
    'Set up a connector, or change it.',
  ),
  removeConnector: op(
    'DELETE',
    'homes/:home/connectors/:name',
    z.strictObject({ home, name: id }),
    z.object({ removed: z.string() }),
    'Forget how a connector was set up.',
  ),
  askConnector: op(
    'POST',
    'homes/:home/connectors/:name/ask',
    z.strictObject({
      home,
      name: id,
      query: z.record(z.string(), z.unknown()).optional(),
      /** Asks the source now, whatever is kept. */
      anew: z.boolean().optional(),
    }),
    t.factsAnswer,
    'What a connector says, with its age.',
  ),

  setPassword: op(
    'POST',
    'password',
    z.strictObject({ password: z.string().min(10).max(500) }),
    z.object({ set: z.literal(true) }),
    'Set the password that opens the web app and the API.',
  ),
  getSettings: op('GET', 'settings', none, t.settings, 'Settings a person changes.'),
  saveSettings: op(
    'PUT',
    'settings',
    t.settings.partial().strict(),
    t.settings,
    'Change settings.',
  ),
  stopActions: op(
    'POST',
    'stop-actions',
    z.strictObject({ resume: z.boolean().optional() }),
    z.object({ stopped: z.boolean() }),
    'Stop all Actions, or let them go on.',
  ),
} as const;

export type Operations = typeof operations;
export type OperationName = keyof Operations;
export type Input<N extends OperationName> = z.input<Operations[N]['input']>;
export type ParsedInput<N extends OperationName> = z.output<Operations[N]['input']>;
export type Output<N extends OperationName> = z.output<Operations[N]['output']>;

/** All operations as functions: the service implements it, the client speaks it over HTTP. */
export type Tomte = {
  [N in OperationName]: (input: Input<N>) => Promise<Output<N>>;
};
