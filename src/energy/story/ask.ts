/** The story as a question: numbers made by code, words that a model may find better. */
import type { DecideText } from '@tomte/sdk/decide';
import type { Story } from './story.ts';
import { savingWords, storyLines, storySentence } from './words.ts';

const lengthMax = 600;
const namesMax = 40;

/** What is said without a model: the sentence, what changed, the saving that is worth most. */
export function storyText(story: Story, currency: string): string {
  const savings = story.savings.slice(0, 1).map((saving) => {
    const { title, text } = savingWords(saving, currency);
    return `${title}: ${text}`;
  });
  return [storySentence(story), ...storyLines(story, currency), ...savings].join(' ');
}

export const storyQuestion = (story: Story, currency: string): DecideText => ({
  kind: 'text',
  question:
    'Tell the people of the home in two to four plain sentences where their power goes, what changed, and what would save most.',
  facts: {
    sentence: storySentence(story),
    lines: storyLines(story, currency),
    savings: story.savings.map((saving) => savingWords(saving, currency)),
  },
  names: story.devices.slice(0, namesMax).map(({ name }) => name),
  lengthMax,
  fallback: storyText(story, currency).slice(0, lengthMax),
});
