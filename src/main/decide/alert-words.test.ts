import type { DecideSettings } from '@tomte/sdk/types-decide';
import { expect, test } from 'vitest';
import { usualSettings } from '../../decide/settings.ts';
import { deciding, scriptedModel } from '../../decide/testing.ts';
import type { AlertOfRun } from '../../engine/effects.ts';
import { silentLog } from '../../lib/log.ts';
import { alertWording } from './alert-words.ts';

const known = {
  ...{ is: 'Water runs', usually: '20 minutes', since: '06:10', around: [], probably: null },
  ...{ check: null, numbers: { litres: 38 } },
};
const request: AlertOfRun = {
  ...{ home: 'h1', workflow: 'water-watch', run: 'r1', step: 'alert 1', key: 'water' },
  ...{ title: 'Water has run for 95 minutes', text: '38 l since 06:10.', severity: 'today' },
  ...{ since: 1, entities: ['sensor.water'], detector: 'water', facts: known },
};
const wording = (
  said: (text: boolean, prompt: string) => object,
  uses: Partial<DecideSettings['uses']>,
) => {
  const acts = scriptedModel(({ form, prompt }) => said(form.kind === 'text', prompt));
  const { decider, book } = deciding({ acts });
  const settings = { ...usualSettings, uses: { ...usualSettings.uses, ...uses } };
  const detectors = new Map([['water', { about: 'water' }]]) as never;
  const live = { get: () => settings, save: async () => settings };
  return {
    book,
    worded: alertWording({ detectors, log: silentLog }, { decider, settings: live }, () => ({
      ...{ name: 'Cellar meter', area: 'Cellar' },
    })),
  };
};
const both = { alertWords: true, probableCause: true };
const good = (isText: boolean) =>
  isText ? { text: '38 l have run since 06:10.' } : { answer: 'o1', reason: 'It is steady.' };

test('nobody is asked unless a person wished for it, and never about what is urgent', async () => {
  const off = wording(good, {});
  expect(await off.worded(request)).toBe(request);
  const on = wording(good, both);
  const urgent = { ...request, severity: 'now' } as const;
  expect(await on.worded(urgent)).toBe(urgent);
  expect(off.book.entries.length + on.book.entries.length).toBe(0);
});

test('better words and a probable cause; title and severity stay', async () => {
  const { worded } = wording(good, both);
  expect(await worded(request)).toEqual({
    ...request,
    text: '38 l have run since 06:10.',
    lines: ['Probably a toilet that runs'],
  });
});

test('what it is called leaves only where names may, and stands in the words again', async () => {
  const prompts: string[] = [];
  const named = { ...request, text: 'Cellar meter: 38 l since 06:10, in the Cellar.' };
  const { worded } = wording((isText, prompt) => {
    prompts.push(prompt);
    return isText
      ? { text: '38 l through thing 1 since 06:10.' }
      : { answer: 'o1', reason: 'Thing 2 has one.' };
  }, both);
  expect((await worded(named)).text).toBe('38 l through Cellar meter since 06:10.');
  expect(prompts.join()).not.toMatch(/cellar/i);
});

test('a wrong number, a link or a cause that was not offered changes nothing', async () => {
  const { worded } = wording(
    (isText) =>
      isText ? { text: '83 l, see https://evil.example' } : { answer: 'o9', reason: '' },
    both,
  );
  expect(await worded(request)).toEqual(request);
});
