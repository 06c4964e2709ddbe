import type { Reading } from '@tomte/sdk/home';
import { keepReadings, type NewReading } from '../store/readings.ts';
import { seriesOf } from '../store/series.ts';
import type { PlaceParts } from './parts.ts';

/** Rare writes spare a card. What waits is not lost in a crash: it is read again from the recorder. */
const flushMs = 60_000;
const batchMax = 2_000;
/** A large home fills memory sooner than the minute is over. */
const flushAt = 10_000;
/** While the database is away this much waits in memory; then the oldest go, and the log says how many. */
const waitingMax = 50_000;

export interface ReadingsWriter {
  add(reading: Reading & { late?: boolean }): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Readings to the store in batches: few large writes spare an SD card. */
export function openReadingsWriter(
  parts: PlaceParts,
  home: string,
  unitOf: (entity: string) => string | null,
): ReadingsWriter {
  let waiting: (Reading & { late?: boolean })[] = [];
  let dropped = 0;
  let running: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, batchMax);
      try {
        const entities = [...new Set(batch.map((r) => r.id))].map((id) => ({
          id,
          unit: unitOf(id),
        }));
        const ids = await seriesOf(parts.store.db, home, entities);
        await keepReadings(
          parts.store.db,
          // An id that the database keeps only in other letters has no series.
          batch.flatMap((r) => (ids.has(r.id) ? [toRow(r, ids.get(r.id)!)] : [])),
        );
      } catch (error) {
        waiting = [...batch, ...waiting];
        throw error;
      }
    }
  }

  // One write at a time, whoever asks: order within a series is kept.
  const flush = (): Promise<void> => {
    running = running.then(write, write);
    return running;
  };
  const flushSoon = (): void => {
    flush().catch((error: unknown) =>
      parts.log.warn(
        { err: error, waiting: waiting.length, dropped },
        'readings wait for the database',
      ),
    );
  };
  const stop = parts.clock.every(flushMs, flushSoon);

  return {
    add(reading) {
      waiting.push(reading);
      if (waiting.length > waitingMax) dropped += waiting.splice(0, batchMax).length;
      if (waiting.length % flushAt === 0) flushSoon();
    },
    flush,
    async close() {
      stop();
      await flush();
    },
  };
}

export function toRow(reading: Reading & { late?: boolean }, series: number): NewReading {
  const number = typeof reading.v === 'number';
  return {
    series,
    at: Math.round(reading.t),
    value: number ? (reading.v as number) : null,
    word: number ? null : (reading.v as string),
    late: reading.late ?? false,
  };
}
