import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'test',
    include: ['{unit,property,bridge}/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
