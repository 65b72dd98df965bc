import { defineConfig } from '@playwright/test';
import base from '../playwright.config.js';

export default defineConfig(base, {
  testDir: '.',
  outputDir: '../../test-results',
  globalSetup: './install.ts',
  globalTimeout: 900_000,
});
