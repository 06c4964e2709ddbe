/** The doors of a workflow under test: what it looks at, does and asks ends here. */
import { entitiesOf, type Held, judge, refuseWrongUnits, type World } from './condition.ts';
import type { DecideRequest } from './decide.ts';
import { TomteError } from './errors.ts';
import type { Action } from './home.ts';
import { follow } from './test-effects.ts';
import type { HeldHome } from './test-home.ts';
import type { AlertBook, TestAction, TestQuestion } from './test-records.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { VirtualWorld } from './virtual-world.ts';
import type { ActionOutcome, Fetched, FetchOptions, Question, WaitSpec } from './workflow.ts';

type Maybe<T> = T | Promise<T>;

/** What the world outside says; a workflow that asks what has no answer here fails with `kit.no_answer`. */
export interface KitAnswers {
  /** What becomes of an Action; left out, it is confirmed and the entities follow. */
  readonly act?: (action: Action) => Maybe<ActionOutcome>;
  /** Status and headers may be left out; `json` is the body where it is JSON. */
  readonly fetch?: (url: string, options: FetchOptions) => Maybe<Partial<Fetched>>;
  /** What each connector says. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Id of the option taken, `yes` or `no`, a level, a text; left out, the fallback. */
  readonly decide?: (request: DecideRequest) => Maybe<string>;
  readonly call?: (workflow: string, input: unknown) => Maybe<unknown>;
}

/** What the test plays on, behind the doors. */
export interface KitWorld {
  readonly world: VirtualWorld;
  /** For conditions, now. */
  seen(): World;
  readonly actions: readonly TestAction[];
  readonly questions: readonly TestQuestion[];
  readonly log: readonly string[];
  readonly kept: Map<string, unknown>;
  /** Tells those who wait for it; false when nobody does. */
  happen(what: WaitSpec, data: unknown): boolean;
  answer(option: string, by: string): void;
}

interface OpenQuestion {
  readonly question: TestQuestion;
  readonly say: (answer: { answer: string; by: string | null }) => void;
}

export function kitWorld(o: {
  home: HeldHome;
  time: VirtualTime;
  alerts: AlertBook;
  answers: KitAnswers;
}): KitWorld {
  const { home, time, answers } = o;
  const actions: TestAction[] = [];
  const questions: TestQuestion[] = [];
  const open: OpenQuestion[] = [];
  const log: string[] = [];
  const kept = new Map<string, unknown>();
  const waiting = new Set<{ what: WaitSpec; hear: (data: unknown) => void }>();
  const seen = (): World => ({ state: home.state, zone: home.view.zone, now: time.now() });

  const world: VirtualWorld = {
    home: home.view,
    judge(condition, held) {
      refuseWrongUnits(condition, seen());
      return judge(condition, seen(), (held as Held | undefined) ?? []);
    },
    onNews(condition, callback) {
      const entities = new Set(entitiesOf(condition));
      return home.onChange(({ entityId }) => {
        if (entities.has(entityId)) callback();
      });
    },
    onHappening(what, hear) {
      const one = { what, hear };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
    onAnswer(question, say) {
      const asked = askedAs(question, time.now());
      const one = { question: asked, say };
      questions.push(asked);
      open.push(one);
      return () => void open.splice(open.indexOf(one), 1);
    },
    async act(action) {
      const outcome: ActionOutcome = answers.act
        ? await answers.act(action)
        : { kind: 'confirmed', at: time.now() };
      actions.push({ ...action, at: time.now(), outcome });
      if (outcome.kind === 'confirmed' || outcome.kind === 'sent') follow(home, action);
      return outcome;
    },
    alert: (request) => o.alerts.open(request),
    resolve: (key, last) => o.alerts.resolve(key, last),
    async fetch(url, options) {
      if (!answers.fetch) throw noAnswer(`fetch of ${url}`, 'fetch: (url) => ({ json: … })');
      const {
        json = null,
        status = 200,
        headers = {},
        ...said
      } = await answers.fetch(url, options);
      const text = said.text ?? (json === null ? '' : JSON.stringify(json));
      return { status, headers, text, json };
    },
    facts(connector) {
      const { facts } = answers;
      if (!facts || !Object.hasOwn(facts, connector))
        throw noAnswer(`facts of ${connector}`, `facts: { '${connector}': … }`);
      return { value: facts[connector], asOf: time.now(), stale: false };
    },
    async decide(request) {
      const choice = (await answers.decide?.(request)) ?? request.fallback;
      const decidedBy = answers.decide ? 'model' : 'rule';
      return { choice, reason: 'As the test says', decidedBy };
    },
    call(workflow, input) {
      if (!answers.call) throw noAnswer(`call of ${workflow}`, 'call: (workflow, input) => …');
      return answers.call(workflow, input);
    },
    recall: (key) => kept.get(key) ?? null,
    remember(key, value) {
      if (value === null) kept.delete(key);
      else kept.set(key, value);
    },
    log: (text) => void log.push(text),
  };

  return {
    ...{ world, seen, actions, questions, log, kept },
    happen(what, data) {
      const heard = [...waiting].filter((one) => isAwaited(one.what, what, data));
      for (const one of heard) one.hear(data);
      return heard.length > 0;
    },
    answer(option, by) {
      const [first] = open;
      if (!first) throw new RangeError('Nobody is asked anything now');
      const offered = first.question.options.map(({ id }) => id);
      if (!offered.includes(option))
        throw new RangeError(`${option} is not offered: ${offered.join(', ')}`);
      first.question.answer = option;
      first.say({ answer: option, by });
    },
  };
}

const askedAs = (question: Question, askedAt: number): TestQuestion => ({
  ...question,
  askedAt,
  answer: null,
});

const noAnswer = (what: string, option: string): TomteError =>
  new TomteError('kit.no_answer', `The test has no answer for ${what}`, {
    hint: `Say it when the kit is opened: openKit(workflow, { ${option} }).`,
  });

/** The same event with at least the fields that are waited for, or the webhook of that name. */
export function isAwaited(awaited: WaitSpec, happened: WaitSpec, data: unknown): boolean {
  if ('webhook' in awaited)
    return 'webhook' in happened && awaited.webhook.name === happened.webhook.name;
  if (!('event' in happened) || awaited.event.type !== happened.event.type) return false;
  const fields = (data ?? {}) as Record<string, unknown>;
  return Object.entries(awaited.event.data ?? {}).every(
    ([name, value]) => JSON.stringify(fields[name]) === JSON.stringify(value),
  );
}
