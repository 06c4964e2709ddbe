/** AI tasks, as a home has them where a person set up a model there: it answers what a test says. */
import type { ActionCall } from './actions.ts';
import { invalidFormat, WireError } from './wire-error.ts';
import type { World } from './world.ts';

export interface AiTasks {
  /** As `ai_task/preferences/get` answers. */
  readonly preferences: Readonly<Record<string, string | boolean | null>>;
  /** The `data` of `generate_data`, the `answers` of `evaluate`; throws WireError as an integration does. */
  say(asked: { action: string; entityId: string; data: ActionCall['data'] }): unknown;
}

interface AiRow {
  readonly fields: Readonly<Record<string, { required?: boolean }>>;
  /** Bit of `supported_features` of the entity. */
  readonly feature: number;
  readonly preferred: string;
  answer(said: unknown): object;
  check?(data: ActionCall['data']): void;
}

const required = { required: true };
export const aiRows: Readonly<Record<string, AiRow>> = {
  generate_data: {
    fields: { task_name: required, instructions: required, structure: {}, attachments: {} },
    ...{ feature: 1, preferred: 'gen_data_entity_id' },
    answer: (data) => ({ conversation_id: '01J0', data }),
    check: ({ structure = {} }) => checkStructure(structure as Record<string, object>),
  },
  evaluate: {
    fields: { task_name: required, questions: required, state: {}, attachments: {} },
    ...{ feature: 8, preferred: 'evaluate_entity_id' },
    answer: (answers) => ({ answers }),
    check: ({ questions }) => checkQuestions(questions as Record<string, Question>),
  },
};

interface Question {
  readonly type: string;
  readonly instructions?: string;
  readonly criteria?: object;
}

function checkStructure(structure: Readonly<Record<string, object>>): void {
  for (const [name, field] of Object.entries(structure)) {
    if ('selector' in field) continue;
    throw invalidFormat(`required key not provided at 'structure->${name}->selector'`);
  }
}

function checkQuestions(questions: Readonly<Record<string, Question>>): void {
  if (Object.keys(questions).length === 0)
    throw invalidFormat("length of value must be at least 1 at 'questions'");
  for (const [name, { type, instructions, criteria }] of Object.entries(questions)) {
    const at = `at 'questions->${name}'`;
    if (!['noul', 'choice', 'score'].includes(type)) throw invalidFormat(`unknown type ${at}`);
    if (!instructions) throw invalidFormat(`required key not provided ${at}`);
    if (type === 'noul') continue;
    const isList = Array.isArray(criteria);
    if (isList !== (type === 'score')) throw invalidFormat(`wrong criteria ${at}`);
    if (Object.keys(criteria ?? {}).length < 2) {
      throw invalidFormat(`length of value must be at least 2 ${at}`);
    }
  }
}

export function runAiTask(world: World, call: ActionCall): object {
  const row = aiRows[call.action]!;
  const ai = world.ai!;
  row.check?.(call.data);
  const entityId = call.entityIds[0] ?? ai.preferences[row.preferred];
  if (typeof entityId !== 'string') throw refused('no_entity', 'No entity to ask was given');
  const entity = world.states.get(entityId);
  if (!entity) throw refused('entity_not_found', `AI Task entity ${entityId} not found`);
  if ((Number(entity.attributes.supported_features) & row.feature) === 0) {
    throw refused(`${call.action}_not_supported`, `${entityId} does not support this`);
  }
  return row.answer(ai.say({ action: call.action, entityId, data: call.data }));
}

const refused = (key: string, words: string) =>
  new WireError('service_validation_error', `Validation error: ${words}`, {
    ...{ translation_key: key, translation_placeholders: {}, translation_domain: 'ai_task' },
  });
