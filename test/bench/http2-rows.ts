/**
 * The throughput of one HTTP/2 client while others do not read what they are sent.
 */
import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { setTimeout } from 'node:timers/promises';
import type { BenchTarget } from './bridge-client.js';
import type { Peer } from './bridge-peers.js';
import type { Figures } from './bridge-rows.js';

/** Connections whose WebSockets are not read, and WebSockets on each: as many as the bridge allows. */
const SESSIONS = 50;
const STREAMS = 2;
/** Bytes that a client lets the bridge send ahead on each stream. */
const CLIENT_WINDOW = 1024 * 1024;
/** How long the busy client runs up and is counted, and how long the others get to fill their windows, in ms. */
const RUN_UP = 1_500;
const WINDOW = 2_000;
const SETTLE = 1_500;

/** The rate of a busy client beside a hundred stalled WebSockets, and alone before and after that. */
export async function besideStalled(peer: Peer, target: BenchTarget): Promise<Figures> {
  target.mode = 'send';
  const sessions: ClientHttp2Session[] = [];
  const open = async (count: number, onBytes?: (bytes: number) => void) => {
    const session = connect(`http://127.0.0.1:${peer.port}`, {
      settings: { initialWindowSize: CLIENT_WINDOW },
    });
    sessions.push(session);
    await once(session, 'remoteSettings');
    session.setLocalWindowSize(STREAMS * CLIENT_WINDOW);
    for (let stream = 0; stream < count; stream += 1) {
      const request = session.request({
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':scheme': 'http',
        ':path': '/',
        'sec-websocket-version': '13',
      });
      const [{ ':status': status }] = (await once(request, 'response')) as [{ ':status': number }];
      if (status !== 200) throw new Error(`Cannot measure ${peer.name}: refused with ${status}`);
      if (onBytes) request.on('data', (chunk: Buffer) => onBytes(chunk.length));
      request.on('error', () => {});
    }
  };
  let received = 0;
  await open(1, (bytes) => (received += bytes));
  const rate = async () => {
    const [before, started] = [received, performance.now()];
    await setTimeout(WINDOW);
    return (received - before) / 1e3 / (performance.now() - started);
  };
  await setTimeout(RUN_UP);
  const before = await rate();
  for (let session = 0; session < SESSIONS; session += 1) await open(STREAMS);
  await setTimeout(SETTLE);
  const beside = await rate();
  for (const session of sessions.splice(1)) session.destroy();
  await setTimeout(SETTLE);
  const alone = (before + (await rate())) / 2;
  for (const session of sessions) session.destroy();
  return { 'MB/s alone': alone, 'MB/s beside': beside, ratio: beside / alone };
}
