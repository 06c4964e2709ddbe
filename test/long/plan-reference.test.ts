import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { faultsOf } from '../../src/energy/plan/testing/check.ts';
import { testPlanner } from '../../src/energy/plan/testing/planner.ts';
import { randomProblem } from '../../src/energy/plan/testing/random.ts';

const bench = join(import.meta.dirname, '../../bench/energy');
const python = join(bench, '.venv/bin/python');
const there = existsSync(python);
const planner = testPlanner();
afterAll(planner.close);

if (!there) {
  console.warn(
    'NOT RUN: 250 plans against the native solver; make bench/energy/.venv as bench/energy/README.md says.',
  );
}

test.skipIf(!there)(
  '250 random plans cost what the native solver finds, within half a cent',
  {
    timeout: 900_000,
  },
  async () => {
    const problems = Array.from({ length: 250 }, (_, n) =>
      randomProblem(n + 1, { slotsMax: 32, loadsMax: 4 }),
    );
    const reference = spawn(python, [join(bench, 'reference.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    reference.stdin.end(problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
    const answers = (await text(reference.stdout)).trim().split('\n');
    expect(answers).toHaveLength(problems.length);
    const wrong: string[] = [];
    for (const [n, problem] of problems.entries()) {
      const plan = await planner.plan(problem);
      const faults = faultsOf(problem, plan);
      const least = answers[n] === 'infeasible' ? null : Number(answers[n]);
      const { battery } = problem;
      const stored = plan.slots.reduce((soc, { batteryW, minutes }) => {
        if (!battery) return 0;
        const wh = (batteryW * minutes) / 60;
        return soc - (wh > 0 ? wh / battery.dischargeEfficiency : wh * battery.chargeEfficiency);
      }, battery?.socWh ?? 0);
      const worth = plan.cost - ((battery?.endValuePerKWh ?? 0) * stored) / 1000;
      if (faults.length > 0) wrong.push(`${problem.id}: ${faults.join(', ')}`);
      else if ((least === null) !== plan.bent.length > 0)
        wrong.push(`${problem.id}: bent ${JSON.stringify(plan.bent)}, reference ${least}`);
      else if (least !== null && plan.status !== 'optimal')
        wrong.push(`${problem.id}: ${plan.status}`);
      else if (least !== null && (worth > least + 0.005 || worth < least - 1e-3))
        wrong.push(`${problem.id}: ${worth}, reference ${least}`);
    }
    expect(wrong).toEqual([]);
  },
);
