/** The waits of a virtual Run: settled by the clock, by news, by what happens, by an answer; the first counts. */
import type { Condition } from './trigger.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { VirtualWorld } from './virtual-world.ts';
import type { Question, WaitSpec } from './workflow.ts';

/** Begins to wait; `settle` may be called more than once, the first time counts. The answer ends it. */
export type VirtualWait = (settle: (outcome: unknown) => void) => () => void;

export function virtualWaits(world: VirtualWorld, time: VirtualTime, stopped: AbortSignal) {
  const until = (wait: VirtualWait): Promise<unknown> =>
    new Promise((resolve) => {
      let end: (() => void) | null = null;
      let isSettled = false;
      const settle = (outcome: unknown) => {
        if (isSettled || stopped.aborted) return;
        isSettled = true;
        time.stir();
        end?.();
        resolve(outcome);
      };
      end = wait(settle);
      if (isSettled) end();
      else stopped.addEventListener('abort', end, { once: true });
    });

  const all = (...ends: (() => void)[]) => {
    return () => {
      for (const end of ends) end();
    };
  };

  const sleep =
    (due: number): VirtualWait =>
    (settle) =>
      time.at(due, () => settle(undefined));

  /** A condition that is so already settles at once; its own durations and windows move it too. */
  const condition =
    (one: Condition, due: number): VirtualWait =>
    (settle) => {
      let held: unknown;
      let cancel = () => {};
      const look = () => {
        cancel();
        const judged = world.judge(one, held);
        held = judged.held;
        if (judged.met) settle({ met: true, at: time.now() });
        else if (judged.again !== null && judged.again < due) cancel = time.at(judged.again, look);
      };
      const stopNews = world.onNews(one, look);
      const stopTime = time.at(due, () => settle({ met: false, at: time.now() }));
      look();
      return all(stopNews, stopTime, () => cancel());
    };

  const happening =
    (what: WaitSpec, due: number): VirtualWait =>
    (settle) =>
      all(
        world.onHappening(what, (data) => settle({ data, at: time.now() })),
        time.at(due, () => settle(null)),
      );

  const answer =
    (question: Question, due: number): VirtualWait =>
    (settle) => {
      const say = (answered: { answer: string; by: string | null }) =>
        settle({ ...answered, at: time.now() });
      return all(
        world.onAnswer(question, say),
        time.at(due, () => say({ answer: question.fallback, by: null })),
      );
    };

  return {
    until,
    sleep,
    condition,
    happening,
    answer,
    pause: (wait: number) => until(sleep(time.now() + wait)),
  };
}
