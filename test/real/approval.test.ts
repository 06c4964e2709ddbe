/**
 * A yes from a phone of a real Home Assistant: heard as an event with an administrator's token, and by the
 * blueprint with a normal user's; and what was forged, altered, replayed or late does nothing.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Action } from '@tomte/sdk/home';
import { grantsOf } from '@tomte/sdk/types-grant';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAlerts } from '../../src/alert/alerts.ts';
import { pressPrefix } from '../../src/alert/links.ts';
import { builtInChannels, testKey } from '../../src/alert/testing.ts';
import { type Door, openDoor } from '../../src/home/act.ts';
import { type Link, openLink } from '../../src/home/link.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { silentLog as log } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { actionJournal } from '../../src/main/action-journal.ts';
import { type Approvals, openApprovals } from '../../src/main/approvals.ts';
import type { HomeLife } from '../../src/main/home-life.ts';
import { hearPhoneButtons } from '../../src/main/phone-buttons.ts';
import { addHome } from '../../src/store/homes.ts';
import { gainLease } from '../../src/store/leases.ts';
import { type FreshStore, freshStore } from '../../src/store/testing.ts';
import { type Phone, pushReceiver } from '../kit/push.ts';
import { realHome } from '../kit/real-home.ts';
import { type Admin, openAdmin } from './admin.ts';

const home = await realHome({ port: process.env.REAL_HOME_APPROVAL_PORT ?? '8128' });
const helper = 'input_text.tomte_buttons';
const zone = 'Europe/Vienna';
/** It needs a yes, and does no harm in a home that is thrown away. */
const boil: Action = {
  domain: 'switch',
  action: 'turn_on',
  entities: ['switch.dishwasher'],
  data: {},
};
const rules = grantsOf([{ entities: boil.entities.slice(), ask: true }]);

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = clock.ticks() + 30_000;
  while (!(await holds())) {
    if (clock.ticks() > end) throw new Error(`never came true: ${what}`);
    await clock.sleep(50);
  }
}

/** The helper, the blueprint and the automation made of it, as a person would by hand. */
async function installBlueprint(admin: Admin): Promise<void> {
  const yaml = await readFile(
    new URL('../../docs/blueprints/tomte-buttons.yaml', import.meta.url),
    'utf8',
  );
  const helpers = (await admin.call('input_text/list')).result as { id: string }[];
  if (!helpers.some(({ id }) => id === 'tomte_buttons')) {
    const made = await admin.call('input_text/create', { name: 'Tomte buttons', max: 255 });
    expect(made).toMatchObject({ success: true, result: { id: 'tomte_buttons' } });
  }
  const path = 'tomte/buttons.yaml';
  const saved = await admin.call('blueprint/save', {
    ...{ domain: 'automation', path, yaml, allow_override: true },
  });
  expect(saved).toMatchObject({ success: true });
  const response = await fetch(`${home!.url}/api/config/automation/config/tomte_buttons`, {
    method: 'POST',
    headers: { authorization: `Bearer ${home!.tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      alias: 'Tomte buttons',
      use_blueprint: { path, input: { word: helper } },
    }),
  });
  expect(response.status).toBe(200);
  await includeAutomations();
  await admin.call('call_service', { domain: 'automation', service: 'reload' });
}

/** The line that every Home Assistant has when it is set up by itself; the one for tests is written by hand. */
async function includeAutomations(): Promise<void> {
  const file = join(home!.env.HOME_ASSISTANT_CONFIG!, 'configuration.yaml');
  const text = await readFile(file, 'utf8');
  if (/^automation:/m.test(text)) return;
  await writeFile(file, `${text}\nautomation: !include automations.yaml\n`);
}

interface Life {
  readonly link: Link;
  readonly approvals: Approvals;
  readonly door: Door;
  readonly phone: Phone;
  readonly store: FreshStore;
  readonly answers: { approval: string; answer: string; by: string | null }[];
  /** Presses refused, by code. */
  readonly refused: string[];
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** A home as it is looked after, without the engine: its Link, its door, its alerts and questions. */
async function look(token: string, o: { admin: boolean; name: string }): Promise<Life> {
  const store = await freshStore();
  await addHome(store.db, {
    ...{ id: 'h1', name: 'Home', address: home!.url, version: '2026.11.0', time_zone: zone },
    ...{ currency: 'EUR', user_name: 'Tomte', user_id: 'u', user_admin: o.admin },
    token_sealed: Buffer.from('sealed'),
  });
  await store.db
    .insertInto('runs')
    .values({
      ...{ id: 'run-1', home_id: 'h1', workflow: 'w', trigger: '{}' },
      ...{ reason: 'r', state: 'waiting' as const },
    })
    .execute();
  const lease = await gainLease(store.db, { home: 'h1', worker: 'w', boot: 'b', ttlMs: 600_000 });
  const link = openLink({
    ...{ home: 'h1', address: home!.url, token: new Secret(token), pin: null, clock, log },
    ...{ random: () => 0.5, position: 0 },
  });
  await link.ready();
  const answers: Life['answers'] = [];
  const refused: string[] = [];
  const alerts = openAlerts({
    ...{ store, key: testKey, clock, log, random: () => 0.5, held: false, worker: 'tomte' },
    ...{ channels: await builtInChannels(), fetch, publicUrl: () => null },
    voice: () => ({ ...door, hearsButtons: true }),
    picture: async () => null,
    homeName: () => 'Home',
    sight: { presence: () => null, areas: () => [] },
    digestAt: () => '07:30',
    onChanged: () => {},
    async choose({ approval, option, by }) {
      await approvals.answer(approval, { answer: option, by });
    },
  });
  const approvals = openApprovals({
    parts: { store, key: testKey, clock, log, publish: () => {} },
    alerts,
    homes: () => ['h1'],
    home: () => ({ name: 'Home', zone, entityName: (id) => id, workflowTitle: (name) => name }),
    answered: async (approval, answer) => void answers.push({ approval, ...answer }),
  });
  const door = openDoor({
    ...{ link, clock, log, zone, grants: () => rules, stopped: () => false },
    journal: actionJournal({ store, clock }, 'h1', lease!),
    spend: approvals.spend('h1'),
  });
  const phone = await pushReceiver({ url: home!.url, token: home!.tokens.admin, name: o.name });
  await until('the phone’s action', () => link.mirror.hasAction('notify', phone.action));
  await alerts.saveChannel({
    ...{ kind: 'companion-app', name: 'Maja', home: 'h1' },
    settings: { action: `notify.${phone.action}` },
  });
  const stop = hearPhoneButtons({ link } as HomeLife, {
    alerts,
    log: {
      ...log,
      info: (facts: { code?: string }) => {
        if (facts.code) refused.push(facts.code);
      },
    } as typeof log,
    buttonsEntity: () => (o.admin ? null : helper),
  });
  return {
    ...{ link, approvals, door, phone, store, answers, refused },
    drain: () => alerts.drain(),
    async close() {
      stop();
      await approvals.stop();
      await alerts.stop();
      door.close();
      await link.close();
      await phone.close();
      await store.close();
    },
  };
}

describe.skipIf(!home).each([
  { who: 'an administrator’s token, by its event', admin: true },
  { who: 'a normal user’s token, by the blueprint', admin: false },
])('with $who', ({ admin }) => {
  let life: Life;
  let person: Admin;
  let asked = 0;

  beforeAll(async () => {
    person = await openAdmin(home!.url, home!.tokens.admin);
    await person.call('call_service', {
      ...{ domain: 'switch', service: 'turn_off' },
      target: { entity_id: boil.entities },
    });
    if (!admin) await installBlueprint(person);
    const token = admin ? home!.tokens.admin : home!.tokens.resident;
    life = await look(token, { admin, name: `Approval ${admin} ${process.pid}` });
    if (!admin) {
      const there = (id: string) => life.link.mirror.entity(id) !== undefined;
      await until('the helper', () => there(helper));
      await until('the automation', () => there('automation.tomte_buttons'));
    }
  });
  afterAll(async () => {
    person?.close();
    await life?.close();
  });

  /** Fires the event of a press in the home, as the companion app does. */
  async function press(action: string): Promise<void> {
    const response = await fetch(`${home!.url}/api/events/mobile_app_notification_action`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${home!.tokens.admin}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ action }),
    });
    expect(response.status).toBe(200);
  }

  /** Opens a question and answers the words of its buttons, as they came to the phone. */
  async function ask(o: { forMs?: number } = {}): Promise<{ id: string; no: string; yes: string }> {
    const id = `${admin ? 'adm' : 'usr'}${++asked}`;
    await life.approvals.ask({
      ...{ id, home: 'h1', workflow: 'boil', run: 'run-1', position: asked, fallback: 'no' },
      ...{ expiresAt: clock.now() + (o.forMs ?? 600_000), kind: 'action', action: boil },
      reason: 'needs a yes',
    });
    const before = life.phone.pushes.all.length;
    await life.drain();
    await until('pushed', () => life.phone.pushes.all.length > before);
    const actions = life.phone.pushes.all.at(-1)!.data!.actions as { action: string }[];
    expect(actions).toHaveLength(2);
    return { id, no: actions[0]!.action, yes: actions[1]!.action };
  }

  test('a yes on the phone lets exactly this Action happen, once', async () => {
    const by = { askedBy: 'workflow:boil', key: `run-1/act ${admin}` };
    expect(await life.door.act(boil, by)).toMatchObject({ kind: 'needs_approval' });
    const { id, yes } = await ask();
    await press(yes);
    await until('answered', () => life.answers.some(({ approval }) => approval === id));
    expect(life.answers.at(-1)).toMatchObject({ answer: 'yes', by: 'Maja' });
    const other = { ...boil, action: 'toggle' };
    const altered = await life.door.act(other, { ...by, key: `${by.key} other`, approval: id });
    expect(altered).toMatchObject({ rule: 'guardrail.approval_invalid' });
    expect(await life.door.act(boil, { ...by, approval: id })).toMatchObject({
      kind: 'confirmed',
    });
    expect(life.link.mirror.entity('switch.dishwasher')?.state).toBe('on');
    const again = await life.door.act(boil, { ...by, key: `${by.key} again`, approval: id });
    expect(again).toMatchObject({
      rule: 'guardrail.approval_invalid',
      message: 'The yes was used already',
    });
    const told = life.phone.pushes;
    await life.drain();
    await until('told what was said', () => /^Maja said yes/.test(told.all.at(-1)?.title ?? ''));
  });

  test('a no is a refusal', async () => {
    const { id, no } = await ask();
    await press(no);
    await until('answered', () => life.answers.some(({ approval }) => approval === id));
    const by = { askedBy: 'workflow:boil', key: `run-1/no ${admin}`, approval: id };
    expect(await life.door.act(boil, by)).toMatchObject({ rule: 'guardrail.said_no' });
    await life.drain();
  });

  test('forged, altered, replayed and late words are refused', async () => {
    const { id, no, yes } = await ask();
    const [body, mac] = no.slice(pressPrefix.length).split('.') as [string, string];
    const said = Buffer.from(body, 'base64url').toString();
    const altered = Buffer.from(said.replace(/no$/, 'yes')).toString('base64url');
    const before = life.refused.length;
    for (const [at, word] of [
      `${pressPrefix}${altered}.${mac}`,
      `${yes.slice(0, -2)}AA`,
      `${pressPrefix}forged`,
    ].entries()) {
      await press(word);
      await until('refused', () => life.refused.length === before + at + 1);
      expect(life.refused.at(-1)).toBe('api.link_expired');
    }
    expect(life.answers.some(({ approval }) => approval === id)).toBe(false);
    await press(no);
    await until('answered', () => life.answers.some(({ approval }) => approval === id));
    await press(yes);
    await until('refused', () => life.refused.at(-1) === 'approval.closed');
    expect(life.answers.filter(({ approval }) => approval === id)).toMatchObject([
      { answer: 'no' },
    ]);
    await life.drain();

    const late = await ask({ forMs: 3_000 });
    await until('expired', () => life.answers.some(({ approval }) => approval === late.id));
    expect(life.answers.at(-1)).toMatchObject({ answer: 'no', by: null });
    const refusals = life.refused.length;
    await press(late.yes);
    await until('refused', () => life.refused.length > refusals);
    expect(life.answers.filter(({ approval }) => approval === late.id)).toHaveLength(1);
    await life.drain();
  });
});
