/**
 * The bridge's memory for unread WebSockets over HTTP/2. Part of `npm run test:long`.
 */
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { flood, startTarget } from '../helpers/bridge.js';
import { listenCommand } from '../helpers/command.js';
import { askH2, connectHeaders, openH2 } from '../helpers/h2.js';
import { rssOf } from '../helpers/memory.js';
import { skip } from '../helpers/need.js';

/** As many streams as a connection allows without credit; `SESSIONS` is the number of connections. */
const STREAMS = 2;
const SESSIONS = 50;
const STALLED = STREAMS * SESSIONS;
/** How long the queues take to fill, in ms. */
const SETTLE = 4_000;

const reason = process.platform === 'linux' ? undefined : skip('/proc is missing');

async function openStream(session: ClientHttp2Session): Promise<ClientHttp2Stream> {
  const { status, stream } = await askH2(session, connectHeaders());
  expect(status).toBe(200);
  return stream;
}

test.skipIf(reason)(`${STALLED} stalled streams cost less than 1.3 MB each`, async () => {
  const target = await startTarget(flood);
  const to = `127.0.0.1:${target.port}`;
  const { port, child } = await listenCommand(
    '--http2',
    '--max-connections-per-address',
    '0',
    '0',
    to,
  );
  const before = rssOf(child.pid!);
  for (let count = 0; count < SESSIONS; count += 1) {
    const session = await openH2(port);
    await Promise.all(Array.from({ length: STREAMS }, () => openStream(session)));
  }
  // No event says that the queues are full.
  await setTimeout(SETTLE);
  const each = (rssOf(child.pid!) - before) / STALLED / 1e6;
  console.log(`stalled streams: ${STALLED}, ${each.toFixed(2)} MB each`);
  expect(each).toBeLessThan(1.3);
});
