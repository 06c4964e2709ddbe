/** "What if …?" asked of the whole service, about sixty simulated days. */
import type { Client } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LinkedService, linkedService } from '../testing.ts';

let service: LinkedService;
let tomte: Client;
let home: string;

beforeAll(async () => {
  service = await linkedService({ days: 60 });
  tomte = service.tomte;
  home = service.home.id;
}, 120_000);
afterAll(() => service.close());

test('a detector’s setting is tried by its preview: the moments that the preview has', {
  timeout: 180_000,
}, async () => {
  const looked = () => tomte.firstLook({ home }).then(({ state }) => state);
  await expect.poll(looked, { timeout: 90_000 }).toBe('done');
  const { sentence, found } = await tomte.why({
    text: 'What if batteries were told at 40 %?',
    home,
  });
  const preview = await tomte.previewDetector({
    ...{ home, name: 'battery', settings: { lowPercent: 40 } },
  });
  const { told, episodes } = preview.stops.find(({ sooner }) => sooner === preview.sooner)!;
  expect(told).toBe(2);
  expect(sentence).toMatch(
    /^In the last 60 days, with “A battery at this level or below is told, in percent” at 40 instead of 5, Watch the batteries would have told you twice instead of nothing; newly told: .*\. Watch the batteries is off now\.$/,
  );
  const titles = preview.findings.filter(({ episode }) => episodes.includes(episode));
  expect(found.map(({ title }) => title)).toEqual([
    'Try it: Watch the batteries',
    ...titles.map(({ title }) => title),
  ]);
  for (const { title } of titles) expect(sentence).toContain(title);
  expect(found.every(({ page }) => page === 'watched/battery')).toBe(true);

  // Whichever sensor notices first, one water is one moment.
  const water = await tomte.why({
    text: 'What if the water watch counted a flow below 5 L/min as dry?',
    home,
  });
  expect(water.sentence).toContain(
    'at 5 instead of 0.05, Watch the water would have told you once either way; nothing differs.',
  );
});

test('a workflow’s own setting is tried by a backtest, and nothing is changed or told', {
  timeout: 120_000,
}, async () => {
  const before = await tomte.listWorkflows({ home });
  const { sentence, found } = await tomte.why({
    text: 'What if the morning report came at 6?',
    home,
  });
  const was = await tomte.backtest({ home, name: 'morning-report', days: 60 });
  expect(sentence).toContain('“When to tell” at 06:00 instead of 07:00');
  expect(found[1]).toMatchObject({ kind: 'alert', text: 'Told at 06:00 instead of 07:00.' });
  expect(found[0]).toMatchObject({ page: `workflows/${home}/morning-report` });
  const on = await tomte.why({ text: 'what if the morning report had been on', home });
  expect(on.sentence).toMatch(
    new RegExp(
      `^On for the last 60 days, .* told you ${was.alerts.length === 1 ? 'once' : `${was.alerts.length} times`} and switched nothing\\. It is off now\\.$`,
    ),
  );
  expect(await tomte.listWorkflows({ home })).toEqual(before);
  expect(await tomte.listRuns({ home })).toEqual([]);
  expect(await tomte.listAlerts({ home })).toEqual([]);
});

test('what cannot be mapped names the settings there are, and where they stand', async () => {
  const several = await tomte.why({ text: 'what if the water watch told after 30 minutes', home });
  expect(several.sentence).toMatch(/^Several settings of Watch the water, or none, could be meant/);
  expect(several.found.map(({ title }) => title)).toContain(
    'Flow below this counts as dry, in L/min',
  );
  expect(several.found.every(({ page }) => page !== null)).toBe(true);
  const none = await tomte.why({ text: 'what if it had been on', home });
  expect(none.sentence).toMatch(/^Say which workflow/);
  const seen = await tomte.why({
    ...{ text: 'what if it had been on', home, workflow: 'battery-watch' },
  });
  expect(seen.sentence).toMatch(/^On for the last 60 days, Watch the batteries would have /);
  const quiet = await tomte.why({ text: 'what if quiet hours ended at 6', home });
  expect(quiet.sentence).toMatch(/^Quiet hours cannot be tried on the past/);
  expect(quiet.found[0]!.page).toBe('home/people');
  const outside = await tomte.why({ text: 'what if a door waited 5000 minutes', home });
  expect(outside.sentence).toBe(
    'It cannot be 5000: “A door may stand open this many minutes whatever is usual” is 10; it can be 1 to 1440.',
  );
  const cheap = await tomte.why({ text: 'what if cheap hours were until 5:00', home });
  expect(cheap.sentence).toMatch(/Switch at cheap hours would not have run in the last 60 days/);
  await expect(
    tomte.why({ text: 'what if frost were told at 6', home: 'none' }),
  ).rejects.toMatchObject({
    code: 'home.not_found',
  });
});
