import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Extensions, loadExtensions } from '../src/lib/extensions.ts';

const root = join(import.meta.dirname, '..');

/** Each kind of extension, its folder, and the one function that its definitions have. */
const kinds = [
  { kind: 'detector', folder: 'src/anomaly/detectors', verb: 'watch' },
  { kind: 'channel', folder: 'src/alert/channels', verb: 'send' },
  { kind: 'connector', folder: 'src/connect/connectors', verb: 'fetch' },
  { kind: 'tariff', folder: 'src/energy/tariffs', verb: 'rates' },
  { kind: 'workflow', folder: 'src/workflows', verb: 'run' },
  { kind: 'trigger', folder: 'src/engine/triggers', verb: 'matches' },
  { kind: 'model', folder: 'src/decide/models', verb: 'ask' },
] as const;

interface Definition {
  readonly kind: string;
  readonly title: string;
  readonly text?: string;
  readonly settings?: z.ZodObject;
  readonly triggers?:
    | readonly object[]
    | ((settings: Record<string, unknown>) => readonly object[]);
  /** A connector’s: what may be asked. */
  readonly query?: z.ZodObject;
}

/** Triggers made of settings are those of a home where what must be chosen was chosen. */
function specsOf({ triggers = [], settings }: Definition): readonly object[] {
  if (typeof triggers !== 'function') return triggers;
  const usual = Object.entries(settings?.parse({}) ?? {});
  return triggers(
    Object.fromEntries(usual.map(([key, value]) => [key, value === '' ? 'sensor.chosen' : value])),
  );
}

const load = (kind: string, folder: string): Promise<Extensions<Definition>> =>
  loadExtensions<Definition>(kind, join(root, folder));

for (const { kind, folder, verb } of kinds) {
  test(`every file in ${folder} is a ${kind}, and there is one at least`, async () => {
    const found = await load(kind, folder);
    const files = readdirSync(join(root, folder)).filter(
      (name) => /^[a-z][a-z0-9-]*\.ts$/.test(name) && !name.includes('.test.'),
    );
    expect([...found.keys()]).toEqual(files.map((name) => name.slice(0, -3)).sort());
    expect(found.size).toBeGreaterThan(0);
    for (const definition of found.values()) expect(definition).toHaveProperty(verb);
  });

  test(`every ${kind} has a title for people, and says each setting’s meaning`, async () => {
    for (const [name, definition] of await load(kind, folder)) {
      expect(definition.title, name).toMatch(/^\p{Lu}|^(ntfy|aWATTar|easyEnergy)$/u);
      expect(definition.title.length, name).toBeLessThanOrEqual(60);
      if (definition.text !== undefined) expect(definition.text, name).toMatch(/\.$/);
      for (const schema of [definition.settings, definition.query]) {
        const form = z.toJSONSchema(schema ?? z.object({}), { io: 'input' });
        for (const [key, setting] of Object.entries(form.properties ?? {})) {
          expect(setting, `${name}.${key}`).toHaveProperty('description');
        }
      }
    }
  });

  test(`the form of every ${kind} can be made from its settings, and refuses unknown keys`, async () => {
    for (const [name, { settings }] of await load(kind, folder)) {
      if (!settings) continue;
      const json = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' });
      expect(json.type, name).toBe('object');
      const result = settings.safeParse({ surelyNoSuchSetting: 1 });
      const codes = result.error?.issues.map(({ code }) => code) ?? [];
      expect(codes, name).toContain('unrecognized_keys');
    }
  });
}

test('a connector can be asked without saying more, and promises a form of its facts', async () => {
  for (const [name, definition] of await load('connector', 'src/connect/connectors')) {
    expect(definition.query?.safeParse({}).success, name).toBe(true);
    expect(definition, name).toHaveProperty('facts.safeParse');
  }
});

test('a workflow, a detector and a trigger work with no setting made', async () => {
  const setUp = ['channel', 'connector', 'model', 'tariff'];
  const alone = kinds.filter(({ kind }) => !setUp.includes(kind));
  for (const { kind, folder } of alone) {
    for (const [name, { settings }] of await load(kind, folder)) {
      expect(settings?.safeParse({}).success ?? true, `${kind} ${name}`).toBe(true);
    }
  }
});

test('every trigger that a workflow names has its file', async () => {
  const triggers = await load('trigger', 'src/engine/triggers');
  for (const [name, workflow] of await load('workflow', 'src/workflows')) {
    const named = specsOf(workflow).flatMap((spec) => Object.keys(spec));
    expect(named.length, name).toBeGreaterThan(0);
    for (const trigger of named) expect(triggers.has(trigger), `${name}: ${trigger}`).toBe(true);
  }
});

test('no extension reaches for the network or the clock by itself: both are handed to it', () => {
  const ways = /\bglobalThis\b|from '(node:(https?|http2|net|tls|dgram|dns)|undici|ws)/;
  for (const { folder, verb } of kinds) {
    for (const name of readdirSync(join(root, folder)).filter((file) => file.endsWith('.ts'))) {
      if (name.includes('.test.')) continue;
      const text = readFileSync(join(root, folder, name), 'utf8');
      expect(text, `${folder}/${name}`).not.toMatch(ways);
      // A connector’s one function is called so, and takes its own `fetch` out of what it is handed.
      if (verb === 'fetch') expect(text, name).toMatch(/async fetch\(\{[^)]*\}/);
      else if (verb === 'rates' && /(?<![.\w])fetch\(/.test(text))
        expect(text, name).toMatch(/async rates\([^)]*\bfetch\b[^)]*\)/);
      else expect(text, `${folder}/${name}`).not.toMatch(/(?<![.\w])fetch\(/);
    }
  }
  expect(existsSync(join(root, 'src/workflows'))).toBe(true);
});
