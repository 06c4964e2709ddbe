import { afterAll, expect, test } from 'vitest';
import { linkTo, until } from '../home/testing/linked.ts';
import { silentLog } from '../lib/log.ts';
import { openSim } from '../sim/sim.ts';
import type { HomeLife } from './home-life.ts';
import { hearPhoneButtons } from './phone-buttons.ts';

const sim = await openSim({ living: false, days: 1 });
const link = linkTo(sim);
afterAll(async () => {
  await link.close();
  await sim.close();
});

test('words in the chosen entity are pressed buttons; those in another, and other texts, are not', async () => {
  await link.ready();
  const pressed: string[] = [];
  let buttonsEntity: string | null = null;
  const stop = hearPhoneButtons({ link } as HomeLife, {
    alerts: { links: { press: async (word: string) => void pressed.push(word) } } as never,
    log: silentLog,
    buttonsEntity: () => buttonsEntity,
  });
  const seen: string[] = [];
  link.onChanges(async (batch) => void seen.push(...batch.map(({ to }) => to?.state ?? '')));
  const write = async (entity: string, state: string) => {
    sim.set(entity, state);
    await until(state, () => seen.includes(state));
  };
  await write('input_text.buttons', 'TOMTE before');
  buttonsEntity = 'input_text.buttons';
  await write('input_text.buttons', 'TOMTE one');
  await write('input_text.buttons', 'hello');
  await write('input_text.other', 'TOMTE two');
  await write('input_text.buttons', 'TOMTE three');
  expect(pressed).toEqual(['one', 'three']);
  stop();
  await write('input_text.buttons', 'TOMTE four');
  expect(pressed).toEqual(['one', 'three']);
});
