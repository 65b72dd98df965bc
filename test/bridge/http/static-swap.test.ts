/**
 * A file or directory that is replaced by a link at the very moment between the check of its path and its opening.
 */
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryDirectory } from '../../helpers/access.js';
import { request, startBridge } from '../../helpers/bridge.js';

const looked = vi.hoisted(() => ({ at: (_path: string): Promise<void> => Promise.resolve() }));
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  const realpath = async (path: string) => {
    const found = await fs.realpath(path);
    await looked.at(found);
    return found;
  };
  return { ...fs, realpath };
});

test.each(['file', 'directory'])('a %s that is swapped for a link is not found', async (what) => {
  const root = await temporaryDirectory();
  const web = join(root, 'web');
  const inside = join(web, 'files');
  const outside = join(root, 'outside');
  await mkdir(inside, { recursive: true });
  await mkdir(outside);
  await writeFile(join(inside, 'file.txt'), 'public');
  await writeFile(join(outside, 'file.txt'), 'secret');
  const { port } = await startBridge(1, { web });
  const get = 'GET /files/file.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  expect((await request(port, get)).body).toBe('public');

  looked.at = async (path) => {
    if (!path.endsWith('file.txt')) return;
    looked.at = () => Promise.resolve();
    const [name, target] =
      what === 'directory'
        ? [inside, outside]
        : [join(inside, 'file.txt'), join(outside, 'file.txt')];
    await rename(name, join(root, 'away'));
    await symlink(target, name);
  };
  expect(await request(port, get)).toMatchObject({ status: 404, body: 'Not found.\n' });
});
