import { TomteError } from '@tomte/sdk/errors';
import type { SettingsOwner } from '../store/sealed-settings.ts';
import type { PlaceParts } from './parts.ts';

/** Whose secrets are sealed: a workflow's of one home. Throws workflow.not_found. */
export function workflowOwner(
  { workflows, key }: Pick<PlaceParts, 'workflows' | 'key'>,
  home: string,
  name: string,
): SettingsOwner {
  const workflow = workflows.get(name);
  if (!workflow) throw new TomteError('workflow.not_found', `There is no workflow ${name}`);
  return {
    schema: workflow.settings,
    title: workflow.title,
    key,
    row: `workflow_settings/${home}/${name}`,
    code: 'workflow.settings_invalid',
  };
}
