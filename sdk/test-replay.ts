/** A workflow over the record of a Run that was: what it does differently now. */
import { journalOf, type RunRecord } from './test-record.ts';
import type { TriggerFired } from './trigger.ts';
import type { VirtualOutcome, VirtualRun, VirtualRunOptions, VirtualStep } from './virtual-run.ts';

export interface Difference {
  readonly step: string;
  readonly was: unknown;
  readonly is: unknown;
}

export interface Replayed {
  /** Null while it waits for what the record does not tell. */
  readonly outcome: VirtualOutcome | null;
  /** Steps asked with something else than then. */
  readonly differences: readonly Difference[];
  /** Steps of the record that were not taken any more, and new ones, by name. */
  readonly left: readonly string[];
  readonly added: readonly string[];
}

export type Past = Pick<VirtualRunOptions, 'journal' | 'onReplay'>;

export async function replayIn(
  record: RunRecord,
  o: { start: (trigger: TriggerFired, past: Past) => VirtualRun; rest: () => Promise<void> },
): Promise<Replayed> {
  const journal = journalOf(record);
  const taken = new Set<VirtualStep>();
  const differences: Difference[] = [];
  const run = o.start(record.trigger, {
    journal,
    onReplay(kept, input) {
      taken.add(kept);
      if (jsonOf(input) !== jsonOf(kept.input))
        differences.push({ step: kept.name, was: kept.input, is: input });
    },
  });
  await o.rest();
  const nameOf = ({ name }: VirtualStep): string => name;
  return {
    outcome: run.outcome,
    differences,
    left: journal.filter((step) => !taken.has(step)).map(nameOf),
    added: run.steps.slice(journal.length).map(nameOf),
  };
}

/** The same text for the same value: a database gives keys back in an order of its own. */
const jsonOf = (value: unknown): string =>
  JSON.stringify(value ?? null, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
