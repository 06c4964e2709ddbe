/** From a Run that was to a test that will notice when the workflow would do it differently. */
import type { RunPage, RunStep } from './types.ts';

export type RecordedRun = Pick<
  RunPage,
  'id' | 'reason' | 'createdAt' | 'state' | 'error' | 'trigger' | 'result'
> & {
  readonly steps: readonly Pick<
    RunStep,
    'name' | 'startedAt' | 'endedAt' | 'input' | 'output' | 'error'
  >[];
};

export interface TestFromRun {
  /** The workflow's file, as the test imports it: `./heater.ts`. */
  readonly file: string;
  /** Those it ran with, where they are not the defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly home: { readonly name: string; readonly zone: string };
}

/** Text of a `.test.ts` that plays this Run again. Pure. */
export function testFromRun(page: RecordedRun, o: TestFromRun): string {
  const steps = page.steps.map(({ name, startedAt, endedAt, input, output, error }) => ({
    ...{ name, startedAt, endedAt, input, output, error },
  }));
  const options = {
    now: page.createdAt,
    zone: o.home.zone,
    homeName: o.home.name,
    ...(Object.keys(o.settings ?? {}).length === 0 ? {} : { settings: o.settings }),
  };
  return `// Made from Run ${oneLine(page.id)} of ${oneLine(page.createdAt)}. ${oneLine(page.reason)}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKit, type RunRecord } from '@tomte/sdk/test';
import workflow from ${literal(o.file)};

const record: RunRecord = ${literal({ trigger: page.trigger, steps })};

test(${literal(`${oneLine(page.reason)} (${page.createdAt.slice(0, 10)})`)}, async () => {
  const kit = openKit(workflow, ${literal(options)});
  const { outcome, differences, left, added } = await kit.replay(record);
  // Steps that are asked with something else than then, are not taken any more, or are new.
  assert.deepEqual(differences, []);
  assert.deepEqual({ left, added }, { left: [], added: [] });
${outcomeLines(page)}});
`;
}

function outcomeLines({ state, error, result }: RecordedRun): string {
  switch (state) {
    case 'done': {
      // As the engine keeps it: beside the mode it ran in.
      const value = (result as { value?: unknown } | null)?.value ?? null;
      return `  assert.deepEqual(outcome, { state: 'done', result: ${literal(value)} });\n`;
    }
    case 'failed':
      return `  assert.ok(outcome?.state === 'failed');\n  assert.equal(outcome.error.code, ${literal(error?.code ?? 'run.failed')});\n`;
    default:
      return '  assert.equal(outcome, null);\n';
  }
}

/** JSON is TypeScript, but for one key that would not be a field. */
const literal = (value: unknown): string =>
  (JSON.stringify(value, null, 2) ?? 'null').replaceAll(/"__proto__"(?=:)/g, '["__proto__"]');

const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
