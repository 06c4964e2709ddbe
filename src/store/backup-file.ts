import { createHash, type Hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { TomteError } from '@tomte/sdk/errors';
import { z } from 'zod';

/**
 * The form of a backup file. Line 1 names the form, line 2 is the header in JSON. Then blocks: one line
 * of JSON that says table, rows and bytes, and so many bytes of gzip, which hold rows as COPY writes them.
 * The last line holds the SHA-256 of all before it, so a file that is cut short or changed is found.
 */
const magic = 'tomte-backup';
const form = 1;
const blockBytes = 1024 * 1024;
const headerMaxBytes = 16 * 1024 * 1024;
const lineMaxBytes = 1024;
/** A block ends with the piece that filled it; the database sends pieces of 64 KiB, rarely larger ones. */
const blockMaxBytes = 1024 * 1024 * 1024;

const tableShape = z.object({
  schema: z.string(),
  name: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.int().min(0),
});

export const headerShape = z.object({
  /** Version of the Tomte that made it. */
  program: z.string(),
  /** ISO 8601. */
  createdAt: z.string(),
  /** Version of the database server it comes from. */
  postgres: z.string(),
  /** Fingerprint of the key that opens the secrets in it. */
  key: z.string(),
  /** The migrations behind its tables, in their order. */
  migrations: z.array(z.object({ number: z.int(), checksum: z.string() })),
  /** Version of the durable engine's tables; null before its first start. */
  engine: z.int().nullable(),
  /** Parents before the tables that refer to them. */
  tables: z.array(tableShape),
  /** Counters: next ids. The value as text, null where none was drawn. */
  sequences: z.array(
    z.object({ schema: z.string(), name: z.string(), value: z.string().nullable() }),
  ),
});

export type BackupHeader = z.output<typeof headerShape>;
export type BackupTable = z.output<typeof tableShape>;

const blockShape = z.object({ table: z.int().min(0), rows: z.int().min(0), bytes: z.int().min(1) });
const endShape = z.object({ blocks: z.int(), sha256: z.string() });

/** Whether a file that begins so is a backup, of whatever version. */
export const isBackup = (beginning: Buffer): boolean =>
  beginning.toString('latin1').startsWith(`${magic} `);

/** Rows of the table with that place in the header, as COPY writes them; may end inside of a row. */
export interface TablePart {
  readonly table: number;
  readonly bytes: Buffer;
}

export type BackupPiece =
  | { readonly kind: 'header'; readonly header: BackupHeader }
  | { readonly kind: 'block'; readonly table: number; readonly rows: number; packed: Buffer }
  | { readonly kind: 'end'; readonly sha256: string };

const pack = promisify(gzip);
const unpackAsync = promisify(gunzip);

/** The rows of a block. Its checksum was right, so what fails here is a fault of who made it. */
export async function unpack(packed: Buffer): Promise<Buffer> {
  try {
    return await unpackAsync(packed, { maxOutputLength: blockMaxBytes });
  } catch (cause) {
    throw new TomteError('backup.damaged', 'A block of the backup cannot be unpacked', { cause });
  }
}

export async function* encodeBackup(
  header: BackupHeader,
  parts: AsyncIterable<TablePart>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const kept = (piece: Buffer) => {
    hash.update(piece);
    return piece;
  };
  yield kept(Buffer.from(`${magic} ${form}\n${JSON.stringify(header)}\n`));
  let blocks = 0;
  for await (const { table, bytes } of gathered(parts)) {
    blocks++;
    const packed = await pack(bytes);
    const line = { table, rows: countRows(bytes), bytes: packed.length };
    yield kept(Buffer.concat([Buffer.from(`${JSON.stringify(line)}\n`), packed]));
  }
  yield Buffer.from(`${JSON.stringify({ blocks, sha256: hash.digest('hex') })}\n`);
}

/** Small parts of one table as one, so that each is worth packing. */
async function* gathered(parts: AsyncIterable<TablePart>): AsyncGenerator<TablePart> {
  let table = -1;
  let pieces: Buffer[] = [];
  let size = 0;
  const whole = (): TablePart => ({ table, bytes: Buffer.concat(pieces) });
  for await (const part of parts) {
    if (size > 0 && (part.table !== table || size >= blockBytes)) {
      yield whole();
      pieces = [];
      size = 0;
    }
    table = part.table;
    pieces.push(part.bytes);
    size += part.bytes.length;
  }
  if (size > 0) yield whole();
}

/** COPY ends each row with a line feed, and writes those of the text as two characters. */
function countRows(bytes: Buffer): number {
  let rows = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) rows++;
  return rows;
}

/**
 * Reads a backup as it comes. The `end` comes only when checksum and counts are right; whoever used rows
 * before it must be able to take that back.
 *
 * @throws TomteError `backup.not_a_backup`, `backup.newer_than_program`, `backup.damaged`
 */
export async function* readBackup(source: AsyncIterable<Uint8Array>): AsyncGenerator<BackupPiece> {
  const bytes = new ByteReader(source);
  try {
    yield* piecesOf(bytes);
  } finally {
    await bytes.close();
  }
}

async function* piecesOf(bytes: ByteReader): AsyncGenerator<BackupPiece> {
  const hash = createHash('sha256');
  const header = await readHead(bytes, hash);
  yield { kind: 'header', header };
  const counted = header.tables.map(() => 0);
  for (let blocks = 0; ; blocks++) {
    const line = await bytes.line(lineMaxBytes);
    const said = parse(line, z.union([blockShape, endShape]));
    if ('sha256' in said) {
      if (said.sha256 !== hash.digest('hex')) throw damaged('its checksum is another one');
      if (said.blocks !== blocks) throw damaged('a part is missing');
      if (!(await bytes.atEnd())) throw damaged('something was added to it');
      checkCounts(header, counted);
      yield { kind: 'end', sha256: said.sha256 };
      return;
    }
    const { table, rows } = said;
    if (counted[table] === undefined || said.bytes > blockMaxBytes) throw damaged('a block is odd');
    counted[table] += rows;
    const packed = await bytes.take(said.bytes);
    hash.update(line).update(packed);
    yield { kind: 'block', table, rows, packed };
  }
}

async function readHead(bytes: ByteReader, hash: Hash): Promise<BackupHeader> {
  if (!isBackup(await bytes.peek(64))) {
    throw new TomteError('backup.not_a_backup', 'This file is no backup of Tomte');
  }
  const line = await bytes.line(lineMaxBytes);
  const found = Number(line.toString('latin1').slice(magic.length + 1));
  if (found > form) {
    throw new TomteError(
      'backup.newer_than_program',
      'The backup has a form this Tomte cannot read',
    );
  }
  const second = await bytes.line(headerMaxBytes);
  hash.update(line).update(second);
  return parse(second, headerShape);
}

function checkCounts(header: BackupHeader, counted: readonly number[]): void {
  for (const [index, { schema, name, rows }] of header.tables.entries()) {
    if (counted[index] === rows) continue;
    throw damaged(`${schema}.${name} has ${counted[index]} rows instead of ${rows}`);
  }
}

function parse<T>(line: Buffer, shape: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const read = shape.safeParse(value);
  if (!read.success) throw damaged('a line of it cannot be read');
  return read.data;
}

const damaged = (why: string) =>
  new TomteError('backup.damaged', `The backup is cut short or was changed: ${why}`);

/** Lines and bytes out of a stream of pieces, holding no more than was asked for and one piece. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer[] = [];
  #size = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** False when the stream ended before. */
  async #hold(size: number): Promise<boolean> {
    while (this.#size < size) {
      const next = await this.#source.next();
      if (next.done) return false;
      const { buffer, byteOffset, byteLength } = next.value;
      this.#held.push(Buffer.from(buffer, byteOffset, byteLength));
      this.#size += byteLength;
    }
    return true;
  }

  #joined(): Buffer {
    if (this.#held.length !== 1) this.#held = [Buffer.concat(this.#held)];
    return this.#held[0]!;
  }

  /** The next bytes, which stay; fewer at the end. */
  async peek(size: number): Promise<Buffer> {
    await this.#hold(size);
    return this.#joined().subarray(0, size);
  }

  async take(size: number): Promise<Buffer> {
    if (!(await this.#hold(size))) throw damaged('its end is missing');
    const whole = this.#joined();
    this.#held = [whole.subarray(size)];
    this.#size -= size;
    return whole.subarray(0, size);
  }

  /** With its line feed. */
  async line(max: number): Promise<Buffer> {
    for (let size = 1; ; size = this.#size + 1) {
      const more = await this.#hold(size);
      const at = this.#joined().indexOf(10);
      if (at !== -1) return this.take(at + 1);
      if (!more) throw damaged('its end is missing');
      if (this.#size > max) throw damaged('a line is too long');
    }
  }

  /** Nothing more is wanted: the source may close its file. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async atEnd(): Promise<boolean> {
    return !(await this.#hold(1));
  }
}
