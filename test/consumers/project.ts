/**
 * The project that `install` has made, for the tests.
 */
import { join } from 'node:path';
import { readDocument } from '../helpers/documents.js';

interface Consumers {
  readonly dir: string;
  /** The site that the bridge serves, and the port of the telnet server behind it. */
  readonly url: string;
  readonly target: number;
  readonly packed: { files: { path: string }[]; size: number };
  readonly installed: string[];
}

export const { dir, url, target, packed, installed } = JSON.parse(
  process.env.CONSUMERS ?? '{}',
) as Consumers;

/** What the telnet server says. */
export const BANNER = 'Welcome to telnet';

/** For the project's commands: nothing is told to their makers, nor kept outside the project. */
export const ENVIRONMENT = {
  ...process.env,
  PATH: `${join(dir, 'node_modules/.bin')}:${process.env.PATH}`,
  NEXT_TELEMETRY_DISABLED: '1',
  RSPACK_TELEMETRY_DISABLED: '1',
  DENO_DIR: join(dir, '.deno'),
  DENO_NO_UPDATE_CHECK: '1',
};

/** A document's first sample in a language that begins with some text. */
export function sampleOf(file: string, language: string, start = ''): string {
  const sample = new RegExp(`\`\`\`${language}\\n(${start}.*?)\`\`\``, 's');
  return sample.exec(readDocument(file))![1]!;
}
