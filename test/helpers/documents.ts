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

/** The one block of a document in this language. @throws Error unless there is just one */
export function blockOf(file: string, language: string): string {
  const blocks = [...readDocument(file).matchAll(/```(\w+)\n(.*?)```/gs)];
  const [block, ...more] = blocks.filter(([, name]) => name === language);
  if (!block?.[2] || more.length > 0) throw new Error(`${file} has not one block of ${language}`);
  return block[2];
}

/** Puts other ports and files into a sample. @throws Error when one of the texts is not in it */
export function adapt(sample: string, changes: Readonly<Record<string, string>>): string {
  let adapted = sample;
  for (const [from, to] of Object.entries(changes)) {
    if (!adapted.includes(from)) throw new Error(`There is no "${from}" in the sample`);
    adapted = adapted.replaceAll(from, () => to);
  }
  return adapted;
}
