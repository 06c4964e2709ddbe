/**
 * What types of a large home cost: 3,000 entities of twelve domains with attributes and the Actions of a
 * usual Home Assistant. Measures making the text, its size, and `tsc` over a workflow that uses it.
 * Usage: node bin/tomte.js --node bench/types.ts [entities]
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type HomeShape, typesOfHome } from '../src/home/types-of-home.ts';
import { systemClock as clock } from '../src/lib/clock.ts';
import { keepResult } from './result.ts';

const count = Number(process.argv[2] ?? 3000);
const domains = [
  ...['sensor', 'sensor', 'sensor', 'sensor', 'binary_sensor', 'light', 'switch', 'climate'],
  ...['cover', 'select', 'number', 'media_player'],
];
const units = ['°C', 'W', 'kWh', '%', 'L/min', 'hPa', 'lx', 'ppm'];

function entity(at: number): HomeShape['entities'][number] {
  const domain = domains[at % domains.length]!;
  const id = `${domain}.room_${at % 40}_thing_${at}`;
  const attributes: Record<string, unknown> = {
    friendly_name: id,
    ...(domain === 'select' ? { options: ['low', 'middle', `own ${at}`] } : {}),
    ...(domain === 'climate' ? { hvac_modes: ['off', 'heat'], temperature: 21 } : {}),
    ...(domain === 'light' ? { brightness: 3, effect_list: ['rainbow'], color_mode: null } : {}),
    // Integrations bring attributes of their own.
    ...(at % 7 === 0 ? { [`own_${at % 50}`]: at, extra: 'text' } : {}),
  };
  const unit = domain === 'sensor' ? units[at % units.length]! : null;
  const state = { entityId: id, state: 'on', attributes, lastChanged: 0, lastUpdated: 0 };
  return {
    info: {
      ...{ id, name: id, domain, deviceClass: null, stateClass: null, unit, area: null },
      ...{ device: null, labels: [], platform: null },
    },
    state: { ...state, contextId: null, contextUserId: null },
  };
}

const fields = Object.fromEntries(
  Array.from({ length: 12 }, (_, at) => [
    `field_${at}`,
    { selector: at % 2 ? { number: { min: 0, max: 100 } } : { select: { options: ['a', 'b'] } } },
  ]),
);
const actions = Object.fromEntries(
  [...new Set(domains)].map((domain) => [
    domain,
    Object.fromEntries(
      Array.from({ length: 25 }, (_, at) => [
        `action_${at}`,
        { target: { entity: [{ domain: [domain] }] }, fields },
      ]),
    ),
  ]),
);

const shape: HomeShape = {
  ...{ name: 'A large home', entities: Array.from({ length: count }, (_, at) => entity(at)) },
  ...{ actions, areas: [{ id: 'hall', name: 'Hall' }], floors: [], labels: [] },
};
const begun = clock.ticks();
const text = typesOfHome(shape);
const makeMs = clock.ticks() - begun;

const use = `import type { EntityId, Otherwise, StateOf, ActionDomain, ActionFor, ActionName } from '@tomte/sdk/home-types';
declare const state: <const E extends string>(id: EntityId | Otherwise<E>) => StateOf<E>;
declare const act: <D extends ActionDomain, A extends ActionName<D>, const E extends string>(action: ActionFor<D, A, E>) => void;
${Array.from({ length: 50 }, (_, at) => `state('${shape.entities[at]!.info.id}');\nact({ domain: 'light', action: 'action_${at % 25}', entities: ['${shape.entities[5]!.info.id}'], data: { field_1: 3 } });`).join('\n')}
`;
const wrong = `// @ts-expect-error: misspelt\nstate('sensor.room_8_thng_8');\n`;

const folder = await mkdtemp(join(tmpdir(), 'tomte-bench-types-'));
const root = join(import.meta.dirname, '..');
await mkdir(join(folder, 'node_modules/@tomte'), { recursive: true });
await symlink(join(root, 'sdk'), join(folder, 'node_modules/@tomte/sdk'));
const compilerOptions = {
  ...{ target: 'es2024', module: 'nodenext', customConditions: ['tomte-source'], types: [] },
  ...{ strict: true, noEmit: true, allowImportingTsExtensions: true, skipLibCheck: true },
};
await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));

/** The best of three: what else the machine does only ever adds. */
async function checkMs(): Promise<number> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const times: number[] = [];
  for (let run = 0; run < 3; run++) {
    const from = clock.ticks();
    await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch(
      (error: { stdout?: string }) => {
        throw new Error(error.stdout);
      },
    );
    times.push(clock.ticks() - from);
  }
  return Math.min(...times);
}
await writeFile(join(folder, 'use.ts'), use);
const withoutTypesMs = await checkMs();
await writeFile(join(folder, 'home.d.ts'), text);
await writeFile(join(folder, 'use.ts'), use + wrong);
const withTypesMs = await checkMs();
await rm(folder, { recursive: true });

const result = {
  entities: count,
  actions: Object.values(actions).flatMap(Object.keys).length,
  makeMs: Math.round(makeMs),
  kilobytes: Math.round(Buffer.byteLength(text) / 1024),
  typeCheckMs: { withoutTypes: Math.round(withoutTypesMs), withTypes: Math.round(withTypesMs) },
};
await keepResult('types', result);
