/**
 * A corp-relay-v4 client, written from its specification (libapps, nassh/docs/relay-protocol.md), and local ports that lead
 * through a relay or a bridge: these do for real programs what Chrome's Secure Shell does.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';

const ARRAY_MAX = 16 * 1024;
/** The client waits while it has this many unconfirmed bytes or more. */
const UNCONFIRMED_MAX = 1024 * 1024;

/** An array packet: a session's name (tag 1), or bytes (tag 4). */
export function arrayPacket(tag: number, bytes: Uint8Array, length = bytes.length): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(tag, 0);
  head.writeUInt32BE(length, 2);
  return Buffer.concat([head, bytes]);
}

/** A packet with a position: where a reconnect continues (tag 2), or an ACK (tag 7). */
export function positionPacket(tag: number, position: number | bigint): Buffer {
  const packet = Buffer.alloc(10);
  packet.writeUInt16BE(tag, 0);
  packet.writeBigUInt64BE(BigInt(position), 2);
  return packet;
}

/** A WebSocket of the protocol that sends only what the test tells it to. */
export class BareRelay {
  readonly ws: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  /** The packets received so far that `hears` has not taken. */
  readonly packets: Buffer[] = [];
  #onNews = (): void => {};

  constructor(port: number, path: string, options: ClientOptions = {}) {
    this.ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, ['ssh'], options);
    onTestFinished(() => this.ws.terminate());
    this.ws.on('error', () => {});
    this.closed = new Promise((resolve) =>
      this.ws.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
    );
    this.ws.on('message', (packet: Buffer) => {
      this.packets.push(packet);
      this.#onNews();
    });
  }

  /** Takes the next packet with this tag, and resolves with what follows the tag. */
  async hears(tag: number): Promise<Buffer> {
    for (;;) {
      const at = this.packets.findIndex((packet) => packet.readUInt16BE(0) === tag);
      if (at >= 0) return this.packets.splice(at, 1)[0]!.subarray(2);
      await new Promise<void>((resolve) => (this.#onNews = resolve));
    }
  }

  /** Resolves with the name of the session that has begun. */
  async begins(): Promise<string> {
    return (await this.hears(1)).toString('latin1', 4);
  }

  send(packet: Buffer): void {
    this.ws.send(packet);
  }
}

/** A complete client: it confirms what it receives, keeps what is unconfirmed, and reconnects when it is cut. */
export class RelayClient {
  /** Called with the bytes of the stream. */
  onData = (_bytes: Buffer): void => {};
  /** Called when there is room again. */
  onRoom = (): void => {};
  /** Called with the close code when the session is over. */
  onEnd = (_code: number): void => {};
  /** How often it has reconnected. */
  reconnects = 0;
  readonly #base: string;
  #ws: WebSocket;
  #sid = '';
  #received = 0;
  /** The unconfirmed bytes, and how many bytes were confirmed. */
  #unconfirmed = Buffer.alloc(0);
  #confirmed = 0;
  #isCut = false;
  #isReady = false;

  constructor(port: number, target: number) {
    this.#base = `ws://127.0.0.1:${port}/v4`;
    this.#ws = this.#open(`${this.#base}/connect?host=127.0.0.1&port=${target}`);
  }

  get isFull(): boolean {
    return this.#unconfirmed.length >= UNCONFIRMED_MAX;
  }

  send(bytes: Buffer): void {
    this.#unconfirmed = Buffer.concat([this.#unconfirmed, bytes]);
    if (this.#isReady) this.#write(bytes);
  }

  /** Drops its WebSocket without a close frame. */
  cut(): void {
    if (!this.#isReady) return;
    this.#isCut = true;
    this.#ws.terminate();
  }

  close(): void {
    this.#ws.close();
  }

  #write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += ARRAY_MAX) {
      this.#ws.send(arrayPacket(4, bytes.subarray(at, at + ARRAY_MAX)));
    }
  }

  #open(url: string): WebSocket {
    const ws = new WebSocket(url, ['ssh']);
    ws.on('error', () => {});
    ws.on('message', (packet: Buffer) => this.#take(packet));
    ws.on('close', (code) => {
      this.#isReady = false;
      if (!this.#isCut) return this.onEnd(code);
      this.#isCut = false;
      this.reconnects += 1;
      const query = `sid=${encodeURIComponent(this.#sid)}&ack=${this.#received}`;
      this.#ws = this.#open(`${this.#base}/reconnect?${query}`);
      return undefined;
    });
    return ws;
  }

  #take(packet: Buffer): void {
    if (this.#isCut) return;
    const tag = packet.readUInt16BE(0);
    if (tag === 1) {
      this.#sid = packet.toString('latin1', 6, 6 + packet.readUInt32BE(2));
      this.#isReady = true;
      this.#write(this.#unconfirmed);
    } else if (tag === 4) {
      const bytes = packet.subarray(6, 6 + packet.readUInt32BE(2));
      this.#received += bytes.length;
      this.onData(bytes);
      this.#ws.send(positionPacket(7, this.#received));
    } else if (tag === 2 || tag === 7) {
      const position = Number(packet.readBigUInt64BE(2));
      this.#unconfirmed = this.#unconfirmed.subarray(position - this.#confirmed);
      this.#confirmed = position;
      if (tag === 2) {
        this.#isReady = true;
        this.#write(this.#unconfirmed);
      }
      if (!this.isFull) this.onRoom();
    }
  }
}

/** A local port whose connections lead through a bridge. */
export interface Tunnel {
  readonly port: number;
  /** How often its clients have reconnected. */
  readonly reconnects: number;
  /** Cuts the WebSockets of its clients. */
  cut(): void;
}

async function tunnel(begin: (socket: Socket) => RelayClient | undefined): Promise<Tunnel> {
  const clients: RelayClient[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    const client = begin(socket);
    if (client) clients.push(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    get reconnects() {
      return clients.reduce((sum, client) => sum + client.reconnects, 0);
    },
    cut() {
      for (const client of clients) client.cut();
    },
  };
}

/** Opens a local port that leads to port `target` of this machine, by corp-relay-v4 through the bridge on `port`. */
export function relayTunnel(port: number, target: number): Promise<Tunnel> {
  return tunnel((socket) => {
    const client = new RelayClient(port, target);
    client.onData = (bytes) => socket.write(bytes);
    client.onEnd = () => socket.end();
    client.onRoom = () => socket.resume();
    socket.on('data', (bytes) => {
      client.send(bytes);
      if (client.isFull) socket.pause();
    });
    socket.on('close', () => client.close());
    return client;
  });
}

/** Opens a local port that leads to the target of a bridge, as Secure Shell's mode `websockify` does. */
export function websockifyTunnel(port: number): Promise<Tunnel> {
  return tunnel((socket) => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, ['binary']);
    ws.on('error', () => {});
    socket.pause();
    ws.on('open', () => socket.resume());
    ws.on('message', (bytes: Buffer) => socket.write(bytes));
    ws.on('close', () => socket.end());
    socket.on('data', (bytes) => ws.send(bytes));
    socket.on('close', () => ws.close());
    return undefined;
  });
}
