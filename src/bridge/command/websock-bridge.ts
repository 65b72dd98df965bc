#!/usr/bin/env node
/**
 * The command `websock-bridge`. It finds its version by the package's name, which works from the source and the built file.
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
