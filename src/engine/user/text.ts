import { bundleText } from './bundle.ts';
import type { Hosts } from './hosts.ts';
import { type UserWorkflow, userWorkflow } from './workflow.ts';

/** A text that is no file and no version: it can be tried, and nothing begins it. Throws `workflow.file_invalid`. */
export async function workflowOfText(hosts: Hosts, text: string): Promise<UserWorkflow> {
  const { hash, code } = await bundleText(text);
  const declared = await hosts.use({ hash, code }, async (host) => host.declared);
  return userWorkflow({ hosts, hash, number: 0, code, declared });
}
