/**
 * The documents in docs/ and their samples.
 */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

export const readDocument = (file: string): string => repositoryFile(`docs/${file}`);

/** Reads a file. @param path from the repository's root */
export function repositoryFile(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** A document's TypeScript samples by the names in their first lines, as JavaScript without imports. */
export function samplesOf(file: string): Map<string, string> {
  const samples = readDocument(file).matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs);
  return new Map([...samples].map(([, name = '', code = '']) => [name, runnable(code)]));
}

/** The functions that such a sample exports. */
export function exportsOf<T>(file: string, name: string): T {
  const code = samplesOf(file).get(name)!;
  const names = [...code.matchAll(/^export (?:async )?function\*? (\w+)/gm)].map(([, fn]) => fn);
  return new Function(`${code.replaceAll(/^export /gm, '')}; return { ${names.join()} };`)() as T;
}

/** Turns TypeScript into JavaScript for `new Function`. Its imports are removed: the caller has to provide them. */
export function runnable(code: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  const { outputText } = ts.transpileModule(code, { compilerOptions });
  return outputText.replace(/^import .*\n|^export \{\};\n/gm, '');
}

/** The only code block of a document in this language. @throws Error unless there is exactly one */
export function blockOf(file: string, language: string): string {
  const blocks = [...readDocument(file).matchAll(/```(\w+)\n(.*?)```/gs)];
  const [block, ...more] = blocks.filter(([, name]) => name === language);
  if (!block?.[2] || more.length > 0)
    throw new Error(`${file} does not have exactly one ${language} block`);
  return block[2];
}

/** Replaces ports and files in a sample. @throws Error if one of the texts to replace is not in it */
export function adapt(sample: string, changes: Readonly<Record<string, string>>): string {
  let adapted = sample;
  for (const [from, to] of Object.entries(changes)) {
    if (!adapted.includes(from)) throw new Error(`There is no "${from}" in the sample`);
    adapted = adapted.replaceAll(from, () => to);
  }
  return adapted;
}
