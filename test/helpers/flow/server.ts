import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import {
  FLOW_PROTOCOL,
  FlowServer,
  receiveResume,
  RESUME_PROTOCOL,
  type FlowInput,
  type FlowLink,
} from 'websock-client/flow';
import { WebSocketServer, type WebSocket } from 'ws';

/** Connects each session to a TCP port of this machine, and keeps it while its client is away. */
export function createFlowServer(port: number, linger = 120_000): Server {
  const sessions = new Map<string, FlowServer>();
  const server = createServer();
  const handleProtocols = (offered: Set<string>): string | false =>
    [RESUME_PROTOCOL, FLOW_PROTOCOL].find((name) => offered.has(name)) ?? false;
  const sockets = new WebSocketServer({ server, handleProtocols, maxPayload: 65_536 });

  sockets.on('connection', (socket) => {
    let input: FlowInput | undefined;
    const link: FlowLink = {
      get isReady() {
        return socket.bufferedAmount < 1_000_000;
      },
      send: (message) => socket.send(message, () => input?.drained()),
      close(code) {
        socket.close(code);
        setTimeout(() => socket.terminate(), 5000).unref();
      },
    };
    if (socket.protocol === FLOW_PROTOCOL) input = begin(link);
    else if (socket.protocol !== RESUME_PROTOCOL) return socket.close(1002);
    else input = receiveResume(link, (name) => sessions.get(name));
    // A client must not open a WebSocket and then stay silent.
    const silence = setTimeout(() => socket.terminate(), 10_000);
    socket.on('message', (data, isBinary) => {
      clearTimeout(silence);
      input.message(isBinary ? (data as Buffer) : String(data));
    });
    socket.on('close', (code) => input.closed(code));
    socket.on('error', () => {}); // its close follows
    return watch(socket);
  });

  function begin(link: FlowLink): FlowInput {
    const target = connect({ port, allowHalfOpen: true });
    let timer: NodeJS.Timeout | undefined;
    const now = (): number => performance.now();
    const flow = new FlowServer(
      {
        now,
        wake(at) {
          clearTimeout(timer);
          timer = setTimeout(() => flow.tick(), at - now());
        },
        data(bytes) {
          target.write(bytes);
          flow.allow(target.writableLength);
        },
        ended: () => target.end(),
        writable: () => target.resume(),
        suspended() {},
        resumed() {},
        closed: () => target.end().setTimeout(10_000, () => target.destroy()),
        forgotten: () => sessions.delete(flow.name),
      },
      { linger },
    );
    sessions.set(flow.name, flow);
    target.on('data', (chunk: Buffer) => {
      flow.push(chunk);
      if (flow.room === 0) target.pause();
    });
    target.on('drain', () => flow.allow(target.writableLength));
    target.on('end', () => flow.end());
    target.on('error', (error) => flow.fail(error.message));
    return flow.accept(link);
  }

  /** Pings find clients that vanished without closing. */
  function watch(socket: WebSocket): void {
    let isAlive = true;
    const timer = setInterval(() => {
      if (!isAlive) socket.terminate();
      isAlive = false;
      socket.ping();
    }, 30_000);
    socket.on('pong', () => (isAlive = true)).on('close', () => clearInterval(timer));
  }

  return server;
}
