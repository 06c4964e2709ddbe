/** A wish that no ready-made workflow does, as a file a model drafted: checked as a text, before anything reads it. */
import type { EntityInfo } from '@tomte/sdk/home';
import type { CodeDraft } from '@tomte/sdk/types-words';
import type { Decider } from '../../decide/decider.ts';
import { plain } from '../../decide/untrusted.ts';
import { indeterminate } from '../../engine/user/determinism.ts';
import { type CodeProblem, checkCode } from './code-check.ts';
import {
  codeFile,
  codeRequest,
  type DraftedBefore,
  draftedBefore,
  namedThings,
  thingsMax,
} from './code-text.ts';
import { thingsMeant } from './things.ts';
import { readWish, type Wish } from './wish.ts';

/** A person waits for it, and a file is long. */
const deadlineMs = 120_000;
const switchable = new Set([
  'switch',
  'light',
  'valve',
  'fan',
  'number',
  'climate',
  'cover',
  'input_boolean',
]);

export async function draftedCode(
  o: {
    readonly home: string;
    readonly text: string;
    readonly infos: readonly EntityInfo[];
    /** The person's own workflow that the wish changes. */
    readonly before?: { readonly name: string; readonly code: string } | null;
  },
  decider: Decider,
): Promise<Omit<CodeDraft, 'draft' | 'edits'>> {
  const { home, text } = o;
  const wish = readWish(text);
  const before = o.before ? tellable(o.before.code) : null;
  const things = namedThings(thingsToName(o.infos, text, before), before);
  const spoken = new Map(things.map(({ info }) => [info.id, spokenOf(info, wish)]));
  const decided = await decider.decide({
    ...{ home, by: 'words-code', deadlineMs, request: codeRequest(text, things, spoken, before) },
  });
  const decision = decided.decision ?? null;
  const empty = { home, text, code: null, entities: [], maySwitch: [], decision };
  if (decided.decidedBy === 'rule' || decided.choice.trim() === '') {
    return { ...empty, problems: [], sentence: `${noModel} ${decided.reason}`.slice(0, 300) };
  }
  const body = decided.choice;
  const checked = checkCode(
    body,
    things.map(({ name }) => name),
  );
  const { used, switched } = checked;
  const code = codeFile({ ...{ wish: wish.text, body, things, used, switched } });
  const problems: readonly CodeProblem[] = [
    ...checked.problems,
    ...indeterminate(code, 'draft.ts').map(({ line, found, instead }) => ({
      ...{ line, text: `${found}: use ${instead}` },
    })),
  ];
  if (problems.length > 0) {
    const sentence = `What the model wrote is no workflow that Tomte lets be: ${problems[0]!.text}`;
    return { ...empty, problems: [...problems], sentence };
  }
  const infoOf = (names: readonly string[]) =>
    things.filter(({ name }) => names.includes(name)).map(({ info }) => info);
  return {
    ...{
      home,
      text,
      code,
      decision,
      problems: [],
      maySwitch: infoOf(switched).map(({ id }) => id),
    },
    entities: infoOf(used).map(({ id, name, area }) => ({ id, name, area })),
    sentence: `A draft of ${code.split('\n').length} lines. It does nothing before you turn it on.${
      o.before && !before ? ` The model was not shown ${o.before.name}: it is written anew.` : ''
    }`,
  };
}

const beforeMax = { lines: 60, lineChars: 190, chars: 2500 };

/** A workflow is told to a model only where it is a draft itself, by the same rules, and short. */
function tellable(code: string): DraftedBefore | null {
  const before = draftedBefore(code);
  if (!before || before.body.length > beforeMax.chars) return null;
  const lines = before.body.split('\n');
  if (lines.length > beforeMax.lines) return null;
  if (lines.some((line) => line.length > beforeMax.lineChars)) return null;
  return checkCode(before.body, [...before.things.keys()]).problems.length === 0 ? before : null;
}

/** Those of the workflow itself come first. */
function thingsToName(
  infos: readonly EntityInfo[],
  text: string,
  before: DraftedBefore | null,
): EntityInfo[] {
  const own = new Set(before?.things.values());
  return [...new Set([...infos.filter(({ id }) => own.has(id)), ...thingsFor(infos, text)])];
}

const noModel = 'No model wrote a draft.';

/** What the wish names first, then what shares a word with it. */
export function thingsFor(infos: readonly EntityInfo[], text: string): EntityInfo[] {
  const wish = readWish(text);
  const meant = thingsMeant(wish, infos).map(({ info }) => info);
  const alike = infos
    .filter((info) => spokenOf(info, wish) !== '')
    .toSorted((a, b) => Number(switchable.has(b.domain)) - Number(switchable.has(a.domain)));
  return [...new Set([...meant, ...alike])].slice(0, thingsMax);
}

/** Words of the wish that the thing is called by. */
function spokenOf({ name, area, domain, deviceClass }: EntityInfo, wish: Wish): string {
  const said = plain(`${name} ${area ?? ''} ${deviceClass ?? ''} ${domain}`, 200).toLowerCase();
  return wish.words.filter((word) => word.length > 3 && said.includes(word)).join(' ');
}
