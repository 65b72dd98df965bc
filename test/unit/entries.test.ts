/**
 * The package's entries, for those who do not read `exports`: Parcel by default, and TypeScript's resolution `node10`.
 */
import { expect, it } from 'vitest';
import { repositoryFile } from '../helpers/documents.js';

interface Manifest {
  exports: Record<string, { import?: unknown }>;
  typesVersions: { '*': Record<string, string[]> };
  browser: Record<string, string>;
}

it('each entry below the package’s name is mapped for bundlers and compilers that know no exports', () => {
  const { exports, typesVersions, browser } = JSON.parse(
    repositoryFile('package.json'),
  ) as Manifest;
  const names = Object.keys(exports)
    .filter((path) => path !== '.' && exports[path].import)
    .map((path) => path.slice(2));
  expect(typesVersions['*']).toEqual(
    Object.fromEntries(names.map((name) => [name, [`./dist/${name}.d.cts`]])),
  );
  // The bridge is Node's alone.
  const forPages = names.filter((name) => name !== 'bridge');
  expect(browser).toEqual(
    Object.fromEntries(forPages.map((name) => [`./${name}`, `./dist/${name}.js`])),
  );
});
