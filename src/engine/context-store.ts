import type { WorkflowStore } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { dropCell, otherCells, readCell, writeCell } from '../store/workflow-store.ts';
import type { ContextOptions } from './context.ts';

const valueMax = 16 * 1024;
const keysMax = 200;
const keyMax = 200;

/** What the workflow remembers. A Run that may change nothing keeps what it set to itself. */
export function storeIn(o: ContextOptions): WorkflowStore {
  const { run, body, next, db } = o;
  const own = new Map<string, unknown>();
  const cell = (key: string) => ({ home: run.home, workflow: run.workflow, key });
  return {
    get(key) {
      const name = next('store.get');
      if (own.has(key)) {
        const value = own.get(key) ?? null;
        return body.step({ kind: 'store', name, input: { key }, work: () => value });
      }
      return body.step({
        kind: 'store',
        name,
        input: { key },
        work: () => readCell(db, cell(key)),
      });
    },
    set(key, value) {
      if (run.dry) own.set(key, value);
      return body.step({
        ...{ kind: 'store', name: next('store.set'), input: { key, value } },
        async work() {
          refuse(key, value);
          if ((await otherCells(db, cell(key))) >= keysMax) {
            throw new TomteError('run.call_invalid', `A workflow keeps at most ${keysMax} keys`);
          }
          if (!run.dry) await writeCell(db, cell(key), value, new Date(o.now()));
        },
      });
    },
    delete(key) {
      if (run.dry) own.set(key, null);
      return body.step({
        ...{ kind: 'store', name: next('store.delete'), input: { key } },
        work: async () => (run.dry ? undefined : dropCell(db, cell(key))),
      });
    },
  };
}

function refuse(key: string, value: unknown): void {
  if (typeof key !== 'string' || key.length === 0 || key.length > keyMax) {
    throw new TomteError('run.call_invalid', `A key has 1 to ${keyMax} characters`);
  }
  const size = JSON.stringify(value)?.length ?? 0;
  if (size <= valueMax) return;
  throw new TomteError(
    'run.call_invalid',
    `“${key}” would keep ${size} characters; 16 KB are allowed`,
  );
}
