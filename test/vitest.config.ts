import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // The demos import the package by name; here they get what is being worked on, not what was built.
    alias: [
      { find: /^websock-client$/, replacement: source('index.ts') },
      {
        find: /^websock-client\/(compat|testing|telnet|flow|inspect|diagnose|bridge)$/,
        replacement: source('$1/index.ts'),
      },
    ],
  },
  test: {
    dir: 'test',
    include: [`{unit,property,bridge${process.env.WEBSOCK_LONG ? ',long' : ''}}/**/*.test.ts`],
    setupFiles: ['test/helpers/first-seed.ts'],
    testTimeout: 60_000,
    // No test is about time, and a machine may be busy.
    expect: { poll: { timeout: 20_000 } },
    // Most of what a test takes is waiting; by default a machine with two cores would run one file at a time.
    maxWorkers: 2,
  },
});
