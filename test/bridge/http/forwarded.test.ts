/**
 * The client's address in Forwarded and X-Forwarded-For: believed only from trusted proxies.
 */
import { expect, test } from 'vitest';
import { handshake, openSocket, request, startBridge, startTarget } from '../../helpers/bridge.js';

/** Requests a WebSocket with these headers; resolves with what the bridge takes for the client's address, or the status. */
async function seen(
  headers: Record<string, string>,
  trustProxies = ['127.0.0.1', '10.0.0.0/8'],
): Promise<string | number | undefined> {
  let address: string | undefined = 'nobody';
  const authenticate = ({ remoteAddress }: { readonly remoteAddress: string | undefined }) => {
    address = remoteAddress;
    return { status: 418, message: 'Seen.' };
  };
  const target = await startTarget();
  const { port } = await startBridge(target.port, { trustProxies, authenticate });
  const { status } = await request(port, handshake(headers));
  return status === 418 ? address : status;
}

const XFF = 'X-Forwarded-For';

test.each([
  ['the last one', { [XFF]: '192.0.2.1' }, '192.0.2.1'],
  [
    "what stands before the last untrusted one is the client's word",
    { [XFF]: '1.1.1.1, 192.0.2.1, 10.1.1.1' },
    '192.0.2.1',
  ],
  ['rubbish there, too', { [XFF]: '<x>, 192.0.2.1' }, '192.0.2.1'],
  ['the first if all are trusted', { [XFF]: '10.0.0.1, 10.0.0.2' }, '10.0.0.1'],
  ['a port', { [XFF]: '192.0.2.1:4000' }, '192.0.2.1'],
  ['IPv6', { [XFF]: '2001:db8::1' }, '2001:db8::1'],
  ['nothing', {}, '127.0.0.1'],
  ['an empty one', { [XFF]: '' }, '127.0.0.1'],
  ['a proxy that does not tell', { [XFF]: '192.0.2.1, unknown' }, '127.0.0.1'],
  ['Forwarded', { Forwarded: 'for=192.0.2.1;proto=https' }, '192.0.2.1'],
  [
    'Forwarded, quoted, with a port',
    { Forwarded: 'by=x; For="[2001:db8::1]:4711"' },
    '2001:db8::1',
  ],
  ['a comma in quotes', { Forwarded: 'for=192.0.2.7;x="a, for=1.1.1.1"' }, '192.0.2.7'],
  ['a proxy with a name only', { Forwarded: 'for=192.0.2.1, for=_hidden' }, '127.0.0.1'],
  ['both, the same', { Forwarded: 'for=192.0.2.1', [XFF]: '192.0.2.1' }, '192.0.2.1'],
  // Otherwise, whoever can add one of them could choose an address.
  ['both, not the same', { Forwarded: 'for=10.9.9.9', [XFF]: '192.0.2.1' }, 400],
  ['both, one of them rubbish', { Forwarded: 'for=192.0.2.1', [XFF]: 'rubbish' }, 400],
  ['rubbish at the end', { [XFF]: '192.0.2.1, 10.0.0.256' }, 400],
  ['an open quote', { Forwarded: 'for=", for=192.0.2.1' }, 400],
  ['two of one name', { Forwarded: 'for=192.0.2.1;for=10.0.0.1' }, 400],
])('%s', async (_, headers, client) => {
  expect(await seen(headers)).toBe(client);
});

test('nobody else is believed', async () => {
  expect(await seen({ [XFF]: '192.0.2.1', Forwarded: 'for=192.0.2.2' }, [])).toBe('127.0.0.1');
  expect(await seen({ [XFF]: '192.0.2.1' }, ['192.0.2.0/24', 'unix'])).toBe('127.0.0.1');
});

test('limits count the clients behind a proxy, and not the proxy', async () => {
  const target = await startTarget();
  const options = { trustProxies: ['127.0.0.0/8'], maxConnectionsPerAddress: 1 };
  const { port, logged } = await startBridge(target.port, options);
  for (const client of ['192.0.2.1', '192.0.2.2']) {
    (await openSocket(port)).write(handshake({ [XFF]: client }));
    await logged(new RegExp(`opened: ${client} to`));
  }
  expect((await request(port, handshake({ [XFF]: '192.0.2.1' }))).status).toBe(429);
});
