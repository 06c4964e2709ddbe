import { z } from 'zod';
import { homeField, oneHome } from '../one-home.ts';
import { tool } from '../tool.ts';

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

export default tool({
  name: 'search_home',
  title: 'Search a home',
  about:
    'Finds entities with state and age, by words of their name, area, domain or class. Without any of these: the homes, and what each has.',
  input: z.strictObject({
    home: homeField,
    text: z.string().max(100).optional().describe('Words of a name or id'),
    area: z.string().max(100).optional(),
    domain: z.string().max(60).optional().describe('Such as sensor, light'),
    deviceClass: z.string().max(60).optional().describe('Such as energy, temperature, door'),
    limit: z.number().int().min(1).max(60).default(20),
  }),
  async run({ home: named, text, area, domain, deviceClass, limit }, context) {
    const { tomte } = context;
    if ([text, area, domain, deviceClass].every((one) => one === undefined)) {
      if (named === undefined) {
        const homes = await tomte.listHomes({});
        return homes.map(({ id, name, entities, timeZone, currency, link }) => ({
          ...{ id, name, entities, timeZone, currency, link: link.state, asOf: link.asOf },
        }));
      }
    }
    const home = await oneHome(context, named);
    const rows = await tomte.listEntities({ home: home.id });
    const asked = wordsOf(text ?? '');
    const scored = rows
      .filter((row) => domain === undefined || row.domain === domain)
      .filter((row) => deviceClass === undefined || row.deviceClass === deviceClass)
      .filter((row) => area === undefined || row.area?.toLowerCase() === area.toLowerCase())
      .map((row) => {
        const said = wordsOf(`${row.name} ${row.id} ${row.area ?? ''} ${row.deviceClass ?? ''}`);
        const hits = asked.filter((word) => said.some((one) => one.startsWith(word)));
        return { row, score: asked.length === 0 ? 1 : hits.length / asked.length };
      })
      .filter(({ score }) => score >= 0.5)
      .sort((a, b) => b.score - a.score);
    const isPlain = asked.length === 0 && domain === undefined && area === undefined;
    return {
      home: home.id,
      found: scored.length,
      ...(isPlain && deviceClass === undefined
        ? {
            areas: countBy(rows.map((row) => row.area)),
            domains: countBy(rows.map((row) => row.domain)),
          }
        : {}),
      entities: scored.slice(0, limit).map(({ row }) => ({
        ...{ id: row.id, name: row.name, area: row.area, state: row.state, unit: row.unit },
        ...{ class: row.deviceClass, changed: row.lastChanged },
      })),
    };
  },
});

function countBy(values: readonly (string | null)[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a).slice(0, 30));
}
