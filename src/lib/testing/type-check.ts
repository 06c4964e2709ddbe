import { basename, join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../../..');
/** A folder that is not there: the files in it exist for the compiler only. */
const folder = join(root, '.only-in-memory');

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['tomte-source'],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/** What the compiler said, and where. */
export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** What an editor offers at the `^` of each text, written to `use.ts` in turn beside the other files. */
export function offered(
  files: Readonly<Record<string, string>>,
  texts: readonly string[],
): string[][] {
  const use = join(folder, 'use.ts');
  const own = new Map(Object.entries(files).map(([name, text]) => [join(folder, name), text]));
  let turn = 0;
  own.set(use, '');
  const { sys } = ts;
  const service = ts.createLanguageService({
    getScriptFileNames: () => [...own.keys()],
    getScriptVersion: (path) => (path === use ? String(turn) : '0'),
    getScriptSnapshot(path) {
      const text = own.get(path) ?? sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => folder,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => own.has(path) || sys.fileExists(path),
    readFile: (path) => own.get(path) ?? sys.readFile(path),
    directoryExists: sys.directoryExists,
    realpath: sys.realpath!,
  });
  return texts.map((text) => {
    turn++;
    own.set(use, text.replace('^', ''));
    const found = service.getCompletionsAtPosition(use, text.indexOf('^'), {});
    return found?.entries.map(({ name }) => name).sort() ?? [];
  });
}

const parsed = new Map<string, ts.SourceFile | undefined>();

/** Type-checks files that exist in memory only, as they would be in a person's own folder. */
export function typeCheck(files: Readonly<Record<string, string>>): Fault[] {
  const own = new Map(Object.entries(files).map(([name, text]) => [join(folder, name), text]));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  const program = ts.createProgram([...own.keys()], options, {
    ...host,
    fileExists: (path) => own.has(path) || fileExists.call(host, path),
    readFile: (path) => own.get(path) ?? readFile.call(host, path),
    getSourceFile(path, target) {
      const text = own.get(path);
      if (text !== undefined) return ts.createSourceFile(path, text, target);
      // What is on the disk stays the same for all tests of a file.
      if (!parsed.has(path)) parsed.set(path, getSourceFile.call(host, path, target));
      return parsed.get(path);
    },
  });
  return ts.getPreEmitDiagnostics(program).map((found) => {
    const at = found.file?.getLineAndCharacterOfPosition(found.start ?? 0);
    return {
      file: found.file ? basename(found.file.fileName) : '',
      line: (at?.line ?? 0) + 1,
      text: `error TS${found.code}: ${ts.flattenDiagnosticMessageText(found.messageText, '\n')}`,
    };
  });
}
