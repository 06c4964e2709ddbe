import { TomteError } from '@tomte/sdk/errors';
import { defineModel, type ModelAnswer, type ModelHome, type ModelPrompt } from '@tomte/sdk/model';
import { z } from 'zod';

/** Bits of `supported_features` of an AI task entity. */
const feature = { generateData: 1, evaluate: 8 } as const;
const taskName = 'Tomte decision';

export default defineModel({
  title: 'Home Assistant',
  text: 'The AI task that is set up in Home Assistant; it says there which model that is.',
  settings: z.strictObject({
    entity: z
      .string()
      .regex(/^ai_task\.[a-z0-9_]+$/, 'expected such as ai_task.openai')
      .optional()
      .describe('AI task entity to ask; empty takes the one that Home Assistant prefers'),
  }),
  host: () => 'Home Assistant',
  async ask(prompt, { settings, home }) {
    if (home === null) throw new TomteError('link.lost', 'The home is not connected');
    const preferences = await home.aiPreferences();
    // Homes of before know no such wish; there a person who chose this model has said it.
    if (preferences.allow_automatic_evaluation === false) {
      throw new TomteError(
        'decide.model_refused',
        'Home Assistant does not allow its AI task to be asked by itself',
        { hint: 'Allow automatic evaluation in Home Assistant: Settings, System, AI suggestions.' },
      );
    }
    const has = (bit: number, preferred: unknown) =>
      entityWith(home, bit, settings.entity, preferred);
    const judge = has(feature.evaluate, preferences.evaluate_entity_id);
    if (judge && prompt.form.kind !== 'text') return evaluate(home, judge, prompt);
    const writer = has(feature.generateData, preferences.gen_data_entity_id);
    if (writer) return generateData(home, writer, prompt);
    throw new TomteError('decide.model_refused', 'Home Assistant has no AI task that can be asked');
  },
});

/** The chosen entity, else the preferred one, else the first; null when it cannot do that. */
function entityWith(
  home: ModelHome,
  bit: number,
  chosen: string | undefined,
  preferred: unknown,
): string | null {
  const able = home
    .states('ai_task')
    .filter(({ attributes, state }) => {
      return (Number(attributes.supported_features) & bit) !== 0 && state !== 'unavailable';
    })
    .map(({ entityId }) => entityId);
  const wanted = chosen ?? (typeof preferred === 'string' ? preferred : able[0]);
  return wanted !== undefined && able.includes(wanted) ? wanted : null;
}

const answers = z.object({
  answers: z.object({
    q: z.union([
      z.object({ choice: z.string(), probabilities: z.record(z.string(), z.number()) }),
      z.object({ score: z.number(), probabilities: z.array(z.number()) }),
      z.object({ noul: z.number().min(0).max(1) }),
    ]),
  }),
});

/** Typed questions with their probabilities; a reason is not given. */
async function evaluate(
  home: ModelHome,
  entity: string,
  prompt: ModelPrompt,
): Promise<ModelAnswer> {
  const { form } = prompt;
  const instructions = `${prompt.instructions}\n\n${form.question}`;
  const options = 'options' in form ? form.options : {};
  const words = Object.keys(options);
  const question =
    form.kind === 'boolean'
      ? { type: 'noul', instructions }
      : form.kind === 'score'
        ? { type: 'score', instructions, criteria: Object.values(options) }
        : { type: 'choice', instructions, criteria: options };
  const response = await home.ask('ai_task.evaluate', [], {
    ...{ task_name: taskName, entity_id: entity, state: prompt.prompt },
    questions: { q: question },
  });
  const read = answers.safeParse(response);
  if (!read.success) throw unreadable();
  const { q } = read.data.answers;
  const told = (answer: string | undefined, probabilities: Record<string, number>) => ({
    ...{ text: JSON.stringify({ answer, reason: '' }), model: entity, probabilities },
  });
  if ('noul' in q) return told(q.noul >= 0.5 ? 'yes' : 'no', { yes: q.noul, no: 1 - q.noul });
  if ('choice' in q) return told(q.choice, q.probabilities);
  const shares = Object.fromEntries(words.map((word, n) => [word, q.probabilities[n] ?? 0]));
  return told(words[Math.round(q.score)], shares);
}

/** Data of a structure; nobody there checks that it keeps to it, so whoever asked does. */
async function generateData(
  home: ModelHome,
  entity: string,
  prompt: ModelPrompt,
): Promise<ModelAnswer> {
  const { properties = {} } = prompt.schema as { properties?: Record<string, { enum?: string[] }> };
  const fields = Object.entries(properties).map(([name, { enum: options }]) => {
    const selector = options ? { select: { options } } : { text: { multiline: false } };
    return [name, { required: true, selector }];
  });
  const response = await home.ask('ai_task.generate_data', [], {
    ...{ task_name: taskName, entity_id: entity, structure: Object.fromEntries(fields) },
    instructions: `${prompt.instructions}\n\n${prompt.prompt}`,
  });
  const { data } = response;
  if (data === undefined) throw unreadable();
  return { text: typeof data === 'string' ? data : JSON.stringify(data), model: entity };
}

const unreadable = () =>
  new TomteError('decide.model_unavailable', 'What Home Assistant answered cannot be read');
