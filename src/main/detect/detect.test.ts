import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

const water = () => tomte.previewDetector({ home, name: 'water' });

test('each detector says what it watches, and the past at each stop of its slider', async () => {
  const looked = () => tomte.firstLook({ home }).then(({ state }) => state);
  await expect.poll(looked, { timeout: 60_000 }).toBe('done');
  const rows = await tomte.listDetectors({ home });
  const about = new Map(rows.map((row) => [row.name, row]));
  expect(about.get('water')).toMatchObject({ sooner: 3, toldBy: [], about: 'water' });
  expect(about.get('water')!.sensors.length).toBeGreaterThan(0);
  for (const { name, sensors } of rows) {
    const preview = await tomte.previewDetector({ home, name });
    expect(preview.stops.length, name).toBe(about.get(name)!.sooner === null ? 1 : 7);
    if (sensors.length === 0) expect(preview.stops.every(({ told }) => told === 0)).toBe(true);
    for (const { told, episodes, adds, drops, sooner } of preview.stops) {
      expect(episodes).toHaveLength(told);
      if (sooner === preview.sooner) expect([...adds, ...drops]).toEqual([]);
    }
  }
}, 60_000);

test('the toilet nine nights ago is in the past, with its picture', async () => {
  const preview = await water();
  const here = preview.stops.find(({ sooner }) => sooner === preview.sooner)!;
  expect(here.told).toBeGreaterThanOrEqual(1);
  expect(here.told).toBeLessThanOrEqual(2);
  expect(here.sentence).toMatch(/^Would have told you \d+ times? in \d+ days\.$/);
  const story = preview.findings.find(({ episode }) => here.episodes.includes(episode))!;
  expect(story.chart?.points.length).toBeGreaterThan(10);
  // Further stops tell no less.
  const told = preview.stops.map((stop) => stop.told);
  expect(told.at(-1)!).toBeGreaterThanOrEqual(told[0]!);
  expect((await water()).tookMs).toBeLessThan(2_000);
});

test('an answer hides what is like it at once, survives a restart, and is taken back', {
  timeout: 60_000,
}, async () => {
  const before = await water();
  const told = (preview: typeof before) =>
    preview.stops.find(({ sooner }) => sooner === preview.sooner)!;
  const [episode] = told(before).episodes;
  const given = await tomte.answerFinding({
    ...{ home, episode: episode!, answer: 'not_worth', by: 'Maja' },
  });
  const count = told(before).told;
  expect(given).toMatchObject({ hidden: expect.any(Number), by: 'Maja', undone: false });
  expect(given.hidden).toBeGreaterThanOrEqual(1);
  expect(given.sentence).toBe(`Hides ${given.hidden} in 60 days, keeps ${given.kept}.`);
  expect(told(await water()).told).toBe(count - given.hidden);

  tomte = await service.restart();
  await expect.poll(() => tomte.listAnswers({ home }).then((all) => all.length)).toBe(1);
  expect(told(await water()).told).toBe(count - given.hidden);

  expect(await tomte.undoAnswer({ home, id: given.id })).toMatchObject({ undone: true });
  expect(told(await water()).told).toBe(count);
  await expect(tomte.undoAnswer({ home, id: given.id })).rejects.toMatchObject({
    code: 'detector.answer_not_found',
  });
  await expect(
    tomte.answerFinding({ home, episode: 'water:none', answer: 'right' }),
  ).rejects.toMatchObject({ code: 'detector.finding_not_found' });
});

test('a setting is kept, judged by at once, and refused where it does not fit', async () => {
  expect(await tomte.setDetector({ home, name: 'water', settings: { sooner: 5 } })).toMatchObject({
    sooner: 5,
  });
  expect((await water()).sooner).toBe(5);
  await tomte.setDetector({ home, name: 'water', settings: {} });
  await expect(
    tomte.setDetector({ home, name: 'water', settings: { sooner: 9 } }),
  ).rejects.toMatchObject({ code: 'detector.settings_invalid' });
});

test('numbers that a person picks in the workflow are watched', async () => {
  const sensor = (await tomte.listEntities({ home })).find(({ unit }) => unit === 'W')!;
  await tomte.setWorkflow({
    ...{ home, name: 'number-watch', mode: 'on' },
    settings: { numbers: [sensor.id] },
  });
  const general = async () =>
    (await tomte.listDetectors({ home })).find(({ name }) => name === 'general')!;
  expect(await general()).toMatchObject({ sensors: [sensor.id], toldBy: ['number-watch'] });
  await tomte.setWorkflow({ home, name: 'number-watch', mode: 'off' });
  expect((await general()).sensors).toEqual([]);
});

test('proof of watching: how small a thing is seen, and what is not watched', async () => {
  const proof = await tomte.watching({ home });
  const flow = proof.watched.find(({ detector }) => detector === 'water')!;
  expect(flow).toMatchObject({ told: false, blind: null });
  expect(flow.smallest).toMatch(/for|without/);
  expect(proof.notWatched.find(({ detector }) => detector === 'water')?.why).toMatch(/is off/);
  expect(proof.notWatched.find(({ detector }) => detector === 'general')?.why).toBe(
    'This home has no number that you picked.',
  );
  expect(proof.sentence).toMatch(/^\d+ of \d+ sensors reported in the last hour\.$/);
});

test('the heartbeat arrives while the home is heard, and its address is nowhere to be read', {
  timeout: 30_000,
}, async () => {
  const beats: string[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    beats.push(request.url ?? '');
    response.writeHead(status).end('OK');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/ping/secret-uuid`;
  const beat = await tomte.setHeartbeat({ url });
  expect(beat).toMatchObject({ host: `127.0.0.1:${port}`, error: null, held: null });
  expect(beat.lastBeatAt).not.toBeNull();
  expect(beats).toEqual(['/ping/secret-uuid']);
  status = 500;
  const failed = await tomte.setHeartbeat({ url });
  expect(failed.error).toMatchObject({ code: 'heartbeat.refused' });
  expect(JSON.stringify([beat, failed, await tomte.getHeartbeat({})])).not.toContain('secret-uuid');
  expect(await tomte.setHeartbeat({ url: null })).toMatchObject({ host: null });
  server.close();
});

test('notes of the person stand in the home', async () => {
  const notes = { mainTap: 'boiler room, behind the door', plumber: '555 0100' };
  expect((await tomte.setHome({ home, notes })).notes).toEqual(notes);
});
