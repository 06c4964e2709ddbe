/** What can be asked of Decisions: models, what leaves the home, the record, comparison, audit. */
import { z } from 'zod';
import { op } from './operation.ts';
import * as d from './types-decide.ts';

const home = z.string().max(200);
const name = z.string().max(80);
const none = z.strictObject({});
const days = z.coerce.number().int().min(1).max(60).optional();

export const decideOperations = {
  listModelKinds: op(
    'GET',
    'model-kinds',
    none,
    z.array(d.modelKind),
    'Kinds of models that can be set up.',
  ),
  listModels: op(
    'GET',
    'models',
    none,
    z.array(d.modelRow),
    'Models that were set up, and whether they may decide.',
  ),
  saveModel: op(
    'PUT',
    'models/:name',
    z.strictObject({ name, settings: z.record(z.string(), z.unknown()) }),
    d.modelRow,
    'Set a model up, or change it; it is off then, and asked by nobody.',
  ),
  removeModel: op(
    'DELETE',
    'models/:name',
    z.strictObject({ name }),
    z.object({ removed: z.string() }),
    'Forget a model and its key.',
  ),
  setModel: op(
    'PUT',
    'models/:name/state',
    z.strictObject({ name, state: d.modelState, agree: z.boolean().optional() }),
    d.modelRow,
    'Turn a model off, let it watch beside the rule, or let it decide; before the first question a person agrees to what leaves.',
  ),
  testModel: op(
    'POST',
    'models/:name/test',
    z.strictObject({ name, home: home.optional() }),
    d.modelTest,
    'Ask a model one question that tells nothing of the home.',
  ),
  previewModel: op(
    'GET',
    'models/:name/preview',
    z.strictObject({ name, home }),
    d.leavesPreview,
    'What would leave the home with a question, word for word; nothing is sent.',
  ),
  compareModel: op(
    'GET',
    'models/:name/comparison',
    z.strictObject({ name, home: home.optional(), days }),
    d.comparison,
    'How often a model that watches, or acts, answered as the rule did.',
  ),
  replayDecisions: op(
    'POST',
    'decisions/replay',
    z.strictObject({
      home,
      model: name,
      days,
      by: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(200).optional(),
      /** Asked in place of each question. */
      question: z.string().min(1).max(600).optional(),
    }),
    d.comparison,
    'Ask the questions of the past days again, of another model or in other words; nothing is done with the answers.',
  ),
  getDecideSettings: op(
    'GET',
    'decide-settings',
    none,
    z.object({ settings: d.decideSettings, today: d.decideUsage }),
    'Deadline, budgets, prices, what may leave, where Tomte asks; what was used today.',
  ),
  saveDecideSettings: op(
    'PUT',
    'decide-settings',
    d.decideSettings.partial(),
    d.decideSettings,
    'Change some of them.',
  ),
  listDecisions: op(
    'GET',
    'decisions',
    z.strictObject({
      home: home.optional(),
      by: z.string().max(200).optional(),
      run: z.string().max(200).optional(),
      days,
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    z.array(d.decisionRow),
    'What was decided, by whom and why, newest first.',
  ),
  getDecision: op(
    'GET',
    'decisions/:id',
    z.strictObject({ id: z.string().max(200) }),
    d.decisionPage,
    'One Decision with all that was asked.',
  ),
  listLeft: op(
    'GET',
    'homes/:home/left',
    z.strictObject({ home, days }),
    z.array(d.leftRow),
    'What left the home with questions, newest first.',
  ),
  verifyAudit: op(
    'GET',
    'audit',
    z.strictObject({ home: home.optional() }),
    d.auditReport,
    'Whether a record of a Decision was changed, removed or moved.',
  ),
  exportAudit: op(
    'GET',
    'homes/:home/audit',
    z.strictObject({ home, after: z.coerce.number().int().min(0).optional() }),
    z.array(z.record(z.string(), z.unknown())),
    'Records of Decisions in their order, at most 500 after a place.',
  ),
} as const;
