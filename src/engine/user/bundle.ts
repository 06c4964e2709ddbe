import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import { type RolldownPlugin, rolldown } from 'rolldown';

/** A workflow file with all it imports, as one text. */
export interface Bundle {
  /** SHA-256 of the text, hex: the version. */
  readonly hash: string;
  /** JavaScript with its source map inline, so that a fault names the line in the person's own file. */
  readonly code: string;
  /** Absolute paths of the files it was made of: a change of any of them makes another version. */
  readonly inputs: readonly string[];
}

const textMax = 2 * 1024 * 1024;
/** Left out of the text and found in this installation when it runs; zod comes with the SDK. */
const ours = /^(@tomte\/sdk(\/|$)|zod(\/|$)|node:)/;

/**
 * Bundles `file` with its imports. Throws `workflow.file_invalid`, with file and line where they are known;
 * `details.inputs` then names the files to watch for a mend.
 */
export function bundle(file: string, folder: string): Promise<Bundle> {
  return bundled(file, folder, []);
}

const textName = 'draft.ts';

/** Bundles a text that is no file and imports only what is ours. Throws `workflow.file_invalid`. */
export async function bundleText(text: string): Promise<Bundle> {
  const given = {
    name: 'text',
    resolveId(id: string) {
      if (id === textName) return id;
      throw new TomteError('workflow.file_invalid', `${id} cannot be imported by a draft`);
    },
    load: (id: string) => (id === textName ? { code: text, moduleType: 'ts' as const } : null),
  };
  const { inputs: _none, ...rest } = await bundled(textName, '/', [given]);
  return { ...rest, inputs: [] };
}

async function bundled(
  file: string,
  folder: string,
  plugins: readonly RolldownPlugin[],
): Promise<Bundle> {
  const inputs = new Set<string>([file]);
  try {
    const built = await rolldown({
      input: file,
      cwd: folder,
      platform: 'node',
      external: (id) => ours.test(id),
      logLevel: 'silent',
      plugins: [
        ...plugins,
        {
          name: 'inputs',
          transform(_code, id) {
            if (!id.startsWith('\0')) inputs.add(id);
          },
        },
      ],
    });
    const { output } = await built.generate({
      format: 'esm',
      sourcemap: 'inline',
      sourcemapPathTransform: (source) => source.replace(/^(\.\.\/)+/, ''),
      codeSplitting: false,
    });
    await built.close();
    const [chunk] = output;
    if (chunk.code.length > textMax) {
      throw new TomteError(
        'workflow.file_invalid',
        `With its imports it has ${chunk.code.length} characters; ${textMax} are allowed`,
      );
    }
    return {
      hash: createHash('sha256').update(chunk.code).digest('hex'),
      code: chunk.code,
      inputs: [...inputs],
    };
  } catch (error) {
    if (error instanceof TomteError) throw error;
    throw new TomteError('workflow.file_invalid', wordsOf(error, folder), {
      details: { inputs: [...inputs] },
      cause: error,
    });
  }
}

interface BundlerError {
  readonly message?: string;
  readonly id?: string;
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
  readonly errors?: readonly BundlerError[];
}

/** `garden.ts:12:3: Expected a semicolon`. The bundler draws pictures in its messages; the first line is the news. */
function wordsOf(error: unknown, folder: string): string {
  const thrown = error as BundlerError;
  const first = thrown.errors?.[0] ?? thrown;
  const path = first.loc?.file ?? first.id;
  const where = path
    ? `${relative(folder, path)}${first.loc ? `:${first.loc.line}:${first.loc.column + 1}` : ''}: `
    : '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the bundler colours its words
  const plain = (first.message ?? String(error)).replace(/\x1b\[[0-9;]*m/g, '');
  return `${where}${plain.split('\n').find((line) => line.trim() !== '') ?? 'cannot be read'}`.slice(
    0,
    500,
  );
}
