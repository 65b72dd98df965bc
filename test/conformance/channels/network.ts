/**
 * A WebSocket or a WebSocketStream to the suite's server, which runs the peers; requests tell them what to do.
 */
import type { WebsockOptions } from '../../../src/index.js';
import type { Env, Peer, PeerEnd, Traits } from '../contract.js';

const TRAITS: Traits = {
  codes: true,
  stalls: true,
  breaks: true,
  refuses: true,
  backpressure: 'none',
  lossy: false,
  protocol: 'binary',
};

/** @param origin the server's origin, `http://127.0.0.1:port` */
export const webSocket = (origin: string, options?: WebsockOptions): Env =>
  network('WebSocket', origin, TRAITS, options);

/** For platforms that have WebSocketStream. */
export const webSocketStream = (origin: string): Env => {
  const traits: Traits = { ...TRAITS, breaks: false, backpressure: 'transport', lossy: true };
  return network('WebSocketStream', origin, traits, { transport: 'auto' });
};

function network(
  name: string,
  origin: string,
  traits: Traits,
  options: WebsockOptions | undefined,
): Env {
  const url = origin.replace(/^http/, 'ws');
  let count = 0;
  return {
    name,
    traits,
    ...(options && { options }),
    async join(sock) {
      const id = `${name}-${count++}`;
      sock.open(`${url}/?id=${id}`, ['binary']);
      await sock.opened;
      return remotePeer(origin, id);
    },
    refuse: (sock) => sock.open(`${url}/refuse`, ['binary']),
  };
}

/** A peer that runs in the server. */
function remotePeer(origin: string, id: string): Peer {
  const call = async (
    action: keyof Peer,
    args: unknown[] = [],
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<Response> => {
    const query = new URLSearchParams({ id, action, args: JSON.stringify(args) });
    const response = await fetch(`${origin}/peer?${query}`, { method: 'POST', body: body ?? null });
    if (!response.ok) throw new Error(`${action}: ${await response.text()}`);
    return response;
  };
  const tell = async (...request: Parameters<typeof call>): Promise<void> => {
    await (await call(...request)).arrayBuffer();
  };
  return {
    send: (bytes, sizes = []) => tell('send', [sizes], bytes),
    text: (text) => tell('text', [text]),
    received: async (n) => new Uint8Array(await (await call('received', [n])).arrayBuffer()),
    echo: () => tell('echo'),
    flood: (n) => tell('flood', [n]),
    flooded: async () => (await (await call('flooded')).json()) as number,
    stall: () => tell('stall'),
    unstall: () => tell('unstall'),
    close: (...args) => tell('close', args),
    drop: () => tell('drop'),
    closed: async () => (await (await call('closed')).json()) as PeerEnd,
  };
}
