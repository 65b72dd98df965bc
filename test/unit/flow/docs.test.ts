import { expect, it } from 'vitest';
import { readDocument, repositoryFile } from '../../helpers/documents.js';

it('docs/flow.md shows the server that the tests run', () => {
  const block = `\`\`\`ts\n${repositoryFile('test/helpers/flow/server.ts')}\`\`\``;
  expect(readDocument('flow.md')).toContain(block);
});
