/**
 * The documents in docs/ and their samples.
 */
import { readFileSync } from 'node:fs';

export const readDocument = (file: string): string => repositoryFile(`docs/${file}`);

/** @param path from the repository's root */
export function repositoryFile(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** The samples of a document by the names in their first lines. */
export function samplesOf(file: string): Map<string, string> {
  return new Map(
    [...readDocument(file).matchAll(/```js\n\/\/ (\S+)\n(.*?)```/gs)].map(([, name, code]) => [
      name,
      code,
    ]),
  );
}
