/**
 * The package's entries, for tools that do not read `exports` (Parcel by default, TypeScript's `node10` resolution) or do not
 * support all of ES2022.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { repositoryFile } from '../helpers/documents.js';

interface Manifest {
  exports: Record<string, { import?: unknown }>;
  typesVersions: { '*': Record<string, string[]> };
  browser: Record<string, string>;
}

it('every subpath is mapped for bundlers and compilers that ignore `exports`', () => {
  const { exports, typesVersions, browser } = JSON.parse(
    repositoryFile('package.json'),
  ) as Manifest;
  const names = Object.keys(exports)
    .filter((path) => path !== '.' && exports[path].import)
    .map((path) => path.slice(2));
  expect(typesVersions['*']).toEqual(
    Object.fromEntries(names.map((name) => [name, [`./dist/${name}.d.cts`]])),
  );
  // The bridge runs only in Node.
  const forPages = names.filter((name) => name !== 'bridge');
  expect(browser).toEqual(
    Object.fromEntries(forPages.map((name) => [`./${name}`, `./dist/${name}.js`])),
  );
});

it('the SDK has no static blocks, which React Native’s Babel preset refuses', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/^(bridge|cat)\//.test(file),
  );
  expect(files).toContain('websock-core.ts');
  expect(files.filter((file) => /^\s*static \{/m.test(repositoryFile(`src/${file}`)))).toEqual([]);
});
