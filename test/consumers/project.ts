/**
 * The project that install.ts has made, for the tests.
 */
import { join } from 'node:path';
import { readDocument } from '../helpers/documents.js';

interface Consumers {
  readonly dir: string;
  /** The site that the bridge serves; `target` is the port of the telnet server behind it. */
  readonly url: string;
  readonly target: number;
  readonly packed: { files: { path: string }[]; size: number };
  readonly installed: string[];
}

export const { dir, url, target, packed, installed } = JSON.parse(
  process.env.CONSUMERS ?? '{}',
) as Consumers;

/** The telnet server's banner. */
export const BANNER = 'Welcome to telnet';

/** For the project's commands: no telemetry, and no files outside the project. */
export const ENVIRONMENT = {
  ...process.env,
  PATH: `${join(dir, 'node_modules/.bin')}:${process.env.PATH}`,
  NEXT_TELEMETRY_DISABLED: '1',
  RSPACK_TELEMETRY_DISABLED: '1',
  DENO_DIR: join(dir, '.deno'),
  DENO_NO_UPDATE_CHECK: '1',
};

/** A document's first sample in this language that starts with `start`, a regular expression. */
export function sampleOf(file: string, language: string, start = ''): string {
  const sample = new RegExp(`\`\`\`${language}\\n(${start}.*?)\`\`\``, 's');
  return sample.exec(readDocument(file))![1]!;
}
