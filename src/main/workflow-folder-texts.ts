/** What the folder of a person's workflows begins with: a package of their own, in their own git. */

/** As in this repository; a test keeps them together. */
export const toolVersions = { typescript: '6.0.3', '@types/node': '24.19.2' };

/** `node`: path of a Node for the tests, or null where the one on the path will do. */
export function packageText(o: { sdk: string; zod: string; node: string | null }): string {
  const node = o.node === null ? 'node' : JSON.stringify(o.node);
  return `${JSON.stringify(
    {
      name: 'workflows',
      private: true,
      type: 'module',
      scripts: { test: `${node} --conditions=tomte-source --test`, check: 'tsc' },
      devDependencies: {
        // Links to the Tomte that runs here, so that types and tests are those of its version.
        '@tomte/sdk': `file:${o.sdk}`,
        ...toolVersions,
        zod: `file:${o.zod}`,
      },
    },
    null,
    2,
  )}\n`;
}

export const tsconfigText = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'es2024',
      lib: ['es2024'],
      module: 'nodenext',
      moduleResolution: 'nodenext',
      customConditions: ['tomte-source'],
      types: ['node'],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noImplicitOverride: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: ['**/*.ts'],
    exclude: ['node_modules'],
  },
  null,
  2,
)}\n`;

export const homeTypesText = `// The types of your home. Tomte writes them here while it runs, and when the home changes;
// until then any text is accepted where an entity is named.
export {};
`;

export const ignoreText = 'node_modules/\n*.part\n';

/** A link stays a link, also with an npm that would copy it. */
export const npmText = 'install-links=false\n';
