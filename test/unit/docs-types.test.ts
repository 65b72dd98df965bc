/**
 * The samples of the README and of docs/ compile with the checks that `tsc --init` turns on, each as a module in a user's project.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { repositoryFile } from '../helpers/documents.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Declares what the samples use but do not define. */
const GIVEN = `
  declare const sock: import('websock-client').Websock;
  declare const url: string;
  declare function show(text: string): void;
  declare const terminal: { write(bytes: Uint8Array): void; showPrompt(): void };
  declare function send(bytes: Uint8Array<ArrayBuffer>): void;
  declare function data(bytes: Uint8Array): void;
  declare function showVitals(vitals: unknown): void;
  type WebsockCore = import('websock-client').WebsockCore;
  type CompatWebsock = import('websock-client/compat').Websock;
  declare class Redis {
    constructor(sock: import('websock-client').Websock);
    command(...words: string[]): Promise<unknown>;
    close(): void;
  }`;

/** Each sample as a module, by its path; samples of one document can import one another. */
function modules(): Map<string, string> {
  const documents = readdirSync(`${root}docs`).map((name) => `docs/${name}`);
  const sources = new Map([[`${root}docs/given.d.ts`, GIVEN]]);
  for (const file of ['README.md', ...documents].filter((name) => name.endsWith('.md'))) {
    const samples = repositoryFile(file).matchAll(/^```ts\n(.*?)^```/gms);
    for (const [at, [, code = '']] of [...samples].entries()) {
      const name = /^\/\/ (\S+)\n/.exec(code)?.[1] ?? at;
      sources.set(`${root}${file.replace('.md', '')}/${name}.ts`, `${code}\nexport {};`);
    }
  }
  return sources;
}

it('the samples compile', () => {
  const sources = modules();
  const { config } = ts.readConfigFile(`${root}test/tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, `${root}test`);
  options.noUnusedLocals = false;
  options.noUncheckedIndexedAccess = options.exactOptionalPropertyTypes = true;
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  // The samples' folders do not exist.
  delete host.directoryExists;
  const names = [...sources.keys()];
  const program = ts.createProgram(names, options, host);
  const wrong = names.flatMap((name) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  const told = wrong.map(({ file, start = 0, messageText }) => {
    const line = file!.text.slice(0, start).split('\n').length;
    const text = ts.flattenDiagnosticMessageText(messageText, ' ');
    return `${file!.fileName.slice(root.length)}:${line}: ${text}`;
  });
  expect(told).toEqual([]);
  expect(names.length).toBeGreaterThan(30);
});
