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
    // No test is about time, and a machine may be busy.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // What passes only then says so.
    retry: process.env.CI ? 1 : 0,
    // Most of what a test takes is waiting; by default a machine with two cores would run one file at a time.
    maxWorkers: 2,
  },
});
