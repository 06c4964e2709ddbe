/** The reference pages, made from the tables the program itself runs on. `npm run docs` writes them, a test compares. */
import type { ChannelDefinition } from '@tomte/sdk/define';
import { errorTable, warningTable } from '@tomte/sdk/errors';
import { operations } from '@tomte/sdk/operations';
import { z } from 'zod';
import { commands } from '../src/cli/index.ts';
import { configSchema } from '../src/config.ts';
import { loadDefinitions } from '../src/main/definitions.ts';

/** File name in docs/reference to its text. */
export async function referencePages(): Promise<Map<string, string>> {
  return new Map([
    ['errors.md', errorsPage()],
    ['api.md', apiPage()],
    ['cli.md', cliPage()],
    ['config.md', configPage()],
    ['extensions.md', await extensionsPage()],
  ]);
}

const made = 'Made by `npm run docs` from the program itself.\n';
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((r) => `| ${r.map(cell).join(' | ')} |`).join('\n');

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(([code, row]) => [
    `<a id="${code}"></a>\`${code}\``,
    String(row.status),
    String(row.exit),
    row.retry ? 'yes' : 'no',
    row.hint,
  ]);
  const warnings = Object.entries(warningTable).map(([code, hint]) => [`\`${code}\``, hint]);
  return [
    `# Errors\n\n${made}`,
    'Every error has one shape: `{"error":{"code","message","hint","details"}}`. Codes never change.\n',
    table(['code', 'HTTP', 'exit', 'tried again', 'what to do'], rows),
    '\n## Warnings of a good link\n',
    table(['code', 'what to do'], warnings),
    '',
  ].join('\n');
}

function fields(schema: z.ZodType, io: 'input' | 'output'): string {
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as {
    properties?: Record<string, unknown>;
    required?: string[];
    type?: string;
  };
  if (!json.properties) return json.type === 'array' ? 'a list' : 'one value';
  const names = Object.keys(json.properties).map((n) => (json.required?.includes(n) ? n : `${n}?`));
  return names.length === 0 ? 'nothing' : names.map((n) => `\`${n}\``).join(', ');
}

function apiPage(): string {
  const rows = Object.entries(operations).map(([name, op]) => [
    `\`${op.method} api/${op.path}\``,
    name,
    op.about,
    fields(op.input, 'input'),
    fields(op.output, 'output'),
  ]);
  return [
    `# HTTP API\n\n${made}`,
    'Paths are relative to where Tomte is opened. The demo home answers under `demo/api/`. JSON in, JSON out.',
    'On the machine itself the credential of `service.json` is the bearer token; a browser has a session.\n',
    table(['request', 'operation', 'does', 'input', 'answer'], rows),
    '\n| stream | does |\n| --- | --- |',
    '| `GET api/live` | server-sent events: home, alert, firstLook, states, demoGone |',
    '| `POST api/homes` with `accept: application/x-ndjson` | the stages of the test request, one a line, then the answer |',
    '| `GET api/alerts/:id/picture.png` | the picture of an alert |',
    '| `POST api/backup` | a backup of everything, as it is made; for the credential of `service.json` alone |',
    '| `POST api/login`, `POST api/logout` | session with the password |',
    '',
  ].join('\n');
}

function cliPage(): string {
  const parts = commands.map((command) => {
    const options = Object.entries(command.options).map(([name, option]) => [
      `\`--${name}\``,
      option.type === 'string' ? 'text' : 'switch',
      option.about,
    ]);
    return [
      `## tomte ${command.name}\n\n${command.about}\n\n\`${command.usage}\`\n`,
      options.length > 0 ? `${table(['option', 'kind', 'does'], options)}\n` : '',
    ].join('\n');
  });
  return [
    `# Command line\n\n${made}`,
    'Exit codes: 0 done, 2 wrong use or configuration, 3 the home cannot be linked or reached, 4 refused by a guardrail, 1 anything else.\n',
    ...parts,
  ].join('\n');
}

function configPage(): string {
  const json = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as {
    properties: Record<string, { description?: string; default?: unknown; type?: string }>;
  };
  const rows = Object.entries(json.properties).map(([name, p]) => [
    `\`${name}\``,
    p.type ?? 'text',
    p.default === undefined ? '' : `\`${JSON.stringify(p.default)}\``,
    p.description ?? '',
  ]);
  return [
    `# Configuration\n\n${made}`,
    'Defaults, then `<data>/tomte.yaml`, then `TOMTE_*` variables, then flags. Unknown keys are errors. `tomte check` prints all problems at once.\n',
    table(['key', 'kind', 'default', 'does'], rows),
    '',
  ].join('\n');
}

/** What a channel can do, in a sentence. */
const abilities = ({ appends, ear, throughHome }: ChannelDefinition): string =>
  [
    appends === true ? 'Gets news and "over" only.' : 'Gets every change too.',
    ...(ear ? ['Can be answered.'] : []),
    ...(throughHome ? ['Speaks through the linked home.'] : []),
  ].join(' ');

async function extensionsPage(): Promise<string> {
  const { detectors, channels, connectors, models, tariffs, triggers, workflows } =
    await loadDefinitions(null);
  const settings = (schema: z.ZodType) => {
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
      properties?: Record<
        string,
        { description?: string; default?: unknown; type?: string | string[] }
      >;
    };
    const rows = Object.entries(json.properties ?? {}).map(([name, p]) => [
      `\`${name}\``,
      [p.type ?? ''].flat().join(' or '),
      p.default === undefined ? '' : `\`${JSON.stringify(p.default)}\``,
      p.description ?? '',
    ]);
    return rows.length === 0
      ? 'No settings.\n'
      : `${table(['setting', 'kind', 'default', 'does'], rows)}\n`;
  };
  const out = [
    `# Extensions\n\n${made}`,
    'Each is one file; a file of yours in the data folder stands beside them.\n',
  ];
  out.push('## Workflows\n');
  for (const [name, w] of workflows)
    out.push(`### ${name}: ${w.title}\n\n${w.text}\n\n${settings(w.settings)}`);
  out.push('## Detectors\n');
  for (const [name, d] of detectors) out.push(`### ${name}: ${d.title}\n\n${settings(d.settings)}`);
  out.push('## Channels\n');
  for (const [name, c] of channels)
    out.push(`### ${name}: ${c.title}\n\n${c.text} ${abilities(c)}\n\n${settings(c.settings)}`);
  out.push('## Connectors\n');
  for (const [name, c] of connectors) {
    out.push(`### ${name}: ${c.title}\n\n${c.text}\n\n${settings(c.settings)}`);
    out.push(
      `May be asked for: ${fields(c.query, 'input')}. Answers: ${fields(c.facts, 'output')}.\n`,
    );
  }
  out.push('## Models\n');
  for (const [name, m] of models)
    out.push(`### ${name}: ${m.title}\n\n${m.text}\n\n${settings(m.settings)}`);
  out.push('## Tariffs\n');
  for (const [name, t] of tariffs)
    out.push(`### ${name}: ${t.title}\n\n${t.text}\n\n${settings(t.settings)}`);
  out.push('## Triggers\n');
  for (const [name, t] of triggers) out.push(`- \`${name}\`: ${t.title}`);
  return `${out.join('\n')}\n`;
}
