#!/usr/bin/env node
/**
 * The command `websock-bridge`. The package finds its own version by name, from the source as from the built file.
 */
import { createRequire } from 'node:module';
import { main } from './cli.js';

function version(): string {
  const manifest = createRequire(import.meta.url)('websock-client/package.json') as {
    version: string;
  };
  return manifest.version;
}

process.exitCode = await main(process.argv.slice(2), version);
