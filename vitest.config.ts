import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// `npm test` runs all but these, which need minutes, a real home, or both. Whole services that are started and ended
// again belong to the long ones too, as do long walks through the pages: `*.long.test.ts`, where they lie.
const long = ['test/{long,crash}/**/*.test.ts', '{sdk,src,test}/**/*.long.test.ts'];
const real = ['test/real/**/*.test.ts'];
const suite = process.env.TOMTE_SUITE ?? 'fast';

export default defineConfig({
  // Also for the set-up that runs outside the tests, where the conditions below do not hold.
  resolve: {
    alias: [
      {
        find: /^@tomte\/sdk\/(.+)$/,
        replacement: `${fileURLToPath(new URL('./sdk/', import.meta.url))}$1.ts`,
      },
    ],
  },
  ssr: { resolve: { conditions: ['tomte-source'], externalConditions: ['tomte-source'] } },
  test: {
    include:
      suite === 'long'
        ? long
        : suite === 'real'
          ? [...real, 'test/contract/**/*.test.ts']
          : ['sdk/**/*.test.ts', 'src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(suite === 'fast' ? [...long, ...real] : [])],
    // Limits for what hangs, not for what is slow: a busy machine fails no test.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 50_000 } },
    // Two cores are enough for three: most of these wait for a database or a browser.
    maxWorkers: 3,
    // Some restart their home: what shares one must not meet.
    fileParallelism: suite !== 'real',
    globalSetup: ['src/store/testing.setup.ts'],
    execArgv: ['--conditions=tomte-source'],
    server: { deps: { inline: [/@tomte\/sdk/] } },
  },
});
