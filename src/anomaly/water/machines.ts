import type { EntityInfo, Reading } from '@tomte/sdk/home';
import { moment } from '@tomte/sdk/words';
import { wordsOf } from '../people-sensors.ts';
import { numberOf } from '../units.ts';

/** What a machine that takes water was last heard to do, and since when. Plain JSON, by entity. */
export type Machines = Record<string, { on: boolean; at: number }>;

const kinds = {
  'Washing machine':
    /washing ?machine|clothes ?washer|\bwasher\b|waschmaschine|wasmachine|tvättmaskin|vaskemaskin|lave[ -]?linge|lavatrice|lavadora/i,
  Dishwasher:
    /dish ?washer|spülmaschine|geschirrspüler|vaatwasser|diskmaskin|oppvaskmaskin|opvaskemaskine|lave[ -]?vaisselle|lavastoviglie|lavavajillas/i,
} as const;
type Kind = keyof typeof kinds;

const watts: Readonly<Record<string, number>> = { W: 1, kW: 1000 };
/** A machine that waits draws less. */
const waitsWattsMax = 6;
const onWords = new Set(['on', 'run', 'running', 'wash', 'washing', 'rinse', 'spin', 'in_use']);
const offWords = new Set([
  'off',
  'idle',
  'standby',
  'ready',
  'inactive',
  'finished',
  'complete',
  'end',
]);

/** By entity: which machine it tells of. */
export function machineSensors(entities: readonly EntityInfo[]): Map<string, Kind> {
  const found = new Map<string, Kind>();
  for (const e of entities) {
    const says =
      (e.domain === 'sensor' && (e.deviceClass === 'power' || e.deviceClass === 'enum')) ||
      (e.domain === 'binary_sensor' && e.deviceClass === 'running');
    if (!says) continue;
    // "Dishwasher" holds the word washer.
    if (kinds.Dishwasher.test(wordsOf(e))) found.set(e.id, 'Dishwasher');
    else if (kinds['Washing machine'].test(wordsOf(e))) found.set(e.id, 'Washing machine');
  }
  return found;
}

export function hearMachine(kept: Machines, { id, v, t }: Reading, unit: string | null): void {
  const on = isOn(v, unit);
  if (on !== null && kept[id]?.on !== on) kept[id] = { on, at: t };
}

function isOn(v: number | string, unit: string | null): boolean | null {
  const factor = watts[unit ?? ''];
  if (factor !== undefined) {
    const value = numberOf(v);
    return value === null ? null : value * factor > waitsWattsMax;
  }
  const word = String(v).toLowerCase();
  return onWords.has(word) ? true : offWords.has(word) ? false : null;
}

/** `Washing machine and dishwasher off`, `Dishwasher on since 21:10`; nothing of what was never heard. */
export function machineWords(
  kept: Machines,
  o: { sensors: ReadonlyMap<string, Kind>; now: number; zone: string },
): string[] {
  const off: string[] = [];
  const on: string[] = [];
  for (const kind of Object.keys(kinds) as Kind[]) {
    const heard = [...o.sensors].flatMap(([id, of]) => (of === kind && kept[id] ? [kept[id]] : []));
    if (heard.length === 0) continue;
    const since = heard.filter((one) => one.on).map((one) => one.at);
    if (since.length === 0) off.push(off.length === 0 ? kind : kind.toLowerCase());
    else on.push(`${kind} on since ${moment(Math.min(...since), o.now, o.zone)}`);
  }
  return [...on, ...(off.length === 0 ? [] : [`${off.join(' and ')} off`])];
}
