/** The story in better words, where a person wished for it: once a day, from numbers that code made. */
import type { Decider } from '../../decide/decider.ts';
import { storyQuestion, storyText } from '../../energy/story/ask.ts';
import type { Story } from '../../energy/story/story.ts';
import type { Decisions } from '../decide/decisions.ts';

/** A page waits so long at most; the rest of the day it is known. */
const deadlineMs = 8000;

export interface ToldStory {
  readonly text: string;
  readonly decidedBy: 'rule' | 'model';
}

export async function toldStory(
  { decider, settings }: Pick<Decisions, 'settings'> & { readonly decider: Decider },
  o: { home: string; day: string; story: Story; currency: string },
): Promise<ToldStory> {
  const { home, story, currency } = o;
  if (!settings.get().uses.energyStory) {
    return { text: storyText(story, currency), decidedBy: 'rule' };
  }
  const { choice, decidedBy } = await decider.decide({
    ...{ home, by: 'energy-story', key: `energy-story:${o.day}`, deadlineMs },
    request: storyQuestion(story, currency),
  });
  return { text: choice, decidedBy };
}
