/** A wish in words becomes candidates; a model may choose among them, and never makes one. */
import type { DecideChoice } from '@tomte/sdk/decide';
import type { Tomte } from '@tomte/sdk/operations';
import type { Draft, DraftCandidate } from '@tomte/sdk/types-words';
import type { Decider } from '../../decide/decider.ts';
import { plain } from '../../decide/untrusted.ts';
import { isUserWorkflow } from '../../engine/user/workflow.ts';
import type { PastTrials } from '../backtests.ts';
import { lifeOf } from '../lives.ts';
import type { Place } from '../place.ts';
import type { UserWorkflows } from '../user-workflows.ts';
import { candidatesOf } from './candidates.ts';
import { draftedCode } from './code-draft.ts';
import { openDrafts } from './drafts.ts';
import { readWish, type Wish } from './wish.ts';

/** A person waits for it. */
const deadlineMs = 20_000;
const pastDays = 60;

export function wordsOperations(
  place: Pick<Place, 'parts' | 'lives'>,
  o: {
    readonly decider: Decider;
    readonly tomte: () => Tomte;
    /** Null where a person has no workflows of their own. */
    readonly dataFolder: string | null;
    readonly ofText: UserWorkflows['ofText'] | null;
    readonly trials: Pick<PastTrials, 'draft'>;
  },
): Pick<Tomte, 'draftWorkflow' | 'draftCode' | 'tryDraft' | 'lookAtDraft' | 'keepDraft'> {
  const { workflows, store, clock } = place.parts;
  const drafts = openDrafts({ ...o, clock, db: store.db });
  const parsed = (name: string, settings: Record<string, unknown>) =>
    workflows.get(name)?.settings.safeParse(settings);

  return {
    async draftWorkflow({ home, text }) {
      const { link } = lifeOf(place.lives(), home);
      const wish = readWish(text);
      const candidates = candidatesOf({
        ...{ wish, infos: link.mirror.infos() },
        rows: await o.tomte().listWorkflows({ home }),
        words: (name) => workflows.get(name)?.words ?? [],
        wants: (name, settings) => {
          const definition = workflows.get(name);
          const read = parsed(name, settings);
          // A person's own is asked in its own process; what it wants is seen when it is turned on.
          if (!definition?.wants || !read?.success || isUserWorkflow(definition)) return [];
          return definition.wants(read.data);
        },
        fits: (name, settings) => parsed(name, settings)?.success === true,
      });
      return chosen(await bestFirst(o.decider, { home, text, candidates }), { home, wish });
    },
    async draftCode({ home, text, edits = null }) {
      const { link } = lifeOf(place.lives(), home);
      const before = edits === null ? null : { name: edits, code: await drafts.ownFile(edits) };
      const infos = link.mirror.infos();
      const drafted = await draftedCode({ home, text, infos, before }, o.decider);
      const draft = drafted.code === null ? null : drafts.add(home, drafted.code);
      return { ...drafted, draft, edits };
    },
    tryDraft: ({ home, draft, days = pastDays }) =>
      drafts.tried({ home, draft, days: Number(days) }),
    lookAtDraft: (asked) => drafts.look(asked),
    keepDraft: (asked) => drafts.keep(asked),
  };
}

interface Chosen {
  readonly candidates: readonly DraftCandidate[];
  readonly decidedBy: 'rule' | 'model';
  readonly reason: string | null;
}

async function bestFirst(
  decider: Decider,
  { home, text, candidates }: { home: string; text: string; candidates: readonly DraftCandidate[] },
): Promise<Chosen> {
  const [best, another] = candidates;
  // Nothing to choose from, nothing to ask.
  if (!best || !another) return { candidates, decidedBy: 'rule', reason: null };
  const request = wishRequest(text, candidates.map(optionText));
  const { choice, decidedBy, reason } = await decider.decide({
    ...{ home, by: 'words', request, deadlineMs },
  });
  const first = candidates[Number(choice)] ?? best;
  return {
    candidates: [first, ...candidates.filter((one) => one !== first)],
    decidedBy,
    reason: decidedBy === 'model' ? reason : null,
  };
}

/** Which of several workflows a wish means. */
export const wishRequest = (wish: string, workflows: readonly string[]): DecideChoice => ({
  question: 'Which of these fits the wish of the person best? None, if none does what they ask.',
  quoted: { wish },
  options: workflows.map((text, at) => ({ id: String(at), text })),
  fallback: '0',
});

const optionText = ({ title, text, changes }: DraftCandidate): string =>
  plain(
    [
      title,
      text,
      ...changes.map(({ setting, is }) => (is === null ? '' : `${setting}: ${is}`)),
    ].join('. '),
    300,
  );

function chosen(found: Chosen, { home, wish }: { home: string; wish: Wish }): Draft {
  const { candidates, decidedBy, reason } = found;
  return {
    ...{ home, text: wish.text, candidates: [...candidates], decidedBy, reason },
    sentence: sentenceOf(candidates[0], wish),
  };
}

function sentenceOf(best: DraftCandidate | undefined, wish: Wish): string {
  if (best) {
    const about = best.entities
      .map(({ name }) => name)
      .slice(0, 3)
      .join(', ');
    return about === '' ? `${best.title}.` : `${best.title}: ${about}.`;
  }
  const named = wish.names.slice(0, 6).join(' ');
  return named === ''
    ? 'Say what it is about: “Tell me when the washing machine is done”.'
    : `Nothing that comes with Tomte does this, and nothing here that could say it is called “${named}”.`;
}
