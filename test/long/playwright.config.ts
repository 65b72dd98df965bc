import { defineConfig } from '@playwright/test';
import base from '../playwright.config.js';

export default defineConfig(base, {
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../test-results',
  workers: 1,
  timeout: 300_000,
});
