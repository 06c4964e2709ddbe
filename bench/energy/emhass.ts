/** EMHASS in its own process as a planner of the bench: asked with the same problems, carried out by the same modes. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { carryOut, costOf, doingNothing } from '../../src/energy/plan/cost.ts';
import type { Plan } from '../../src/energy/plan/plan.ts';
import { readProblem } from '../../src/energy/plan/read.ts';
import { slotsOf } from '../../src/energy/plan/tell.ts';
import type { MakePlan } from './policies.ts';
import { kinds } from './world.ts';

export interface EmhassSettings {
  /** Relative, of the whole bill; 0.01 is its default. */
  readonly gap: number;
  /** Charge it must end with, 0 to 1; 0.6 is its default. */
  readonly socFinal: number;
  /** Money a kWh through the battery; 0 is its default. */
  readonly wear: number;
}

export interface Emhass {
  readonly makePlan: MakePlan;
  /** Answers that were no plan: then nothing is moved and the battery follows the house. */
  readonly failed: { count: number; relaxed: number };
  close(): void;
}

interface Answer {
  readonly status: string;
  readonly ms: number;
  readonly batteryW: number[] | null;
  readonly loads: Record<string, number[]>;
}

const python = join(import.meta.dirname, '.venv/bin/python');

interface Kind {
  readonly id: string;
  readonly powerW: number;
  readonly contiguous: boolean;
}

/** Throws where its Python is not there: bench/energy/README.md says how it is made. */
export function openEmhass(settings: EmhassSettings, of: readonly Kind[] = kinds): Emhass {
  if (!existsSync(python)) throw new Error(`${python} is not there; see bench/energy/README.md`);
  const child = spawn(python, [join(import.meta.dirname, 'emhass-planner.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const wanted = of.map(({ id, powerW, contiguous }) => ({ id, powerW, contiguous }));
  child.stdin.write(`${JSON.stringify({ ...settings, kinds: wanted })}\n`);
  const failed = { count: 0, relaxed: 0 };

  async function ask(problem: object): Promise<Answer> {
    child.stdin.write(`${JSON.stringify(problem)}\n`);
    const line = await lines.next();
    if (line.done) throw new Error('EMHASS ended');
    return JSON.parse(line.value);
  }

  return {
    failed,
    close: () => child.stdin.end(),
    async makePlan(given): Promise<Plan> {
      const problem = readProblem(given);
      const answer = await ask(given);
      if (answer.status.includes('Relaxed')) failed.relaxed += 1;
      if (answer.batteryW === null) failed.count += 1;
      const idle = problem.slots.map(() => 0);
      const loadsW = new Map(problem.loads.map(({ id }) => [id, answer.loads[id] ?? idle]));
      const wishes = { batteryW: answer.batteryW ?? problem.slots.map(() => null) };
      const choice = carryOut(problem, loadsW, wishes);
      return {
        ...{ id: problem.id, status: 'feasible', gap: 0, bent: [], solveMs: answer.ms },
        cost: costOf(problem, choice),
        costDoNothing: costOf(problem, doingNothing(problem, problem.loads)),
        slots: slotsOf(problem, choice),
      };
    },
  };
}
