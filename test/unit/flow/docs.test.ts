import { expect, it } from 'vitest';
import { blockOf, repositoryFile } from '../../helpers/documents.js';

it('docs/flow.md shows the server that the tests run', () => {
  expect(blockOf('flow.md', 'ts')).toBe(repositoryFile('test/helpers/flow/server.ts'));
});
