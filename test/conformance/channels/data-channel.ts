/**
 * An RTCDataChannel, both ends in one page. All channels share a connection, for setting that up takes long.
 */
import type { Env, Peer } from '../contract.js';
import { cut, flood } from '../bytes.js';
import { Inbox } from '../inbox.js';

/** What a sender keeps in its channel at most: from 16 MiB on Chromium's throws. */
const BUFFER = 1024 * 1024;

/** Two connections that know each other. */
class Loop {
  readonly here = new RTCPeerConnection();
  readonly there = new RTCPeerConnection();
  readonly #arrived = new Map<string, (peer: Peer) => void>();
  #isNegotiated = false;

  constructor() {
    this.here.onicecandidate = ({ candidate }) => void this.there.addIceCandidate(candidate!);
    this.there.onicecandidate = ({ candidate }) => void this.here.addIceCandidate(candidate!);
    // The peer listens from the start: what the socket sends first may be here already.
    this.there.ondatachannel = ({ channel }) => {
      this.#arrived.get(channel.label)!(peerOf(channel, () => this.there.close()));
    };
  }

  /** Resolves with the other end of a channel made `here`. */
  async peer(label: string): Promise<Peer> {
    const arrived = new Promise<Peer>((resolve) => this.#arrived.set(label, resolve));
    if (!this.#isNegotiated) await this.#negotiate();
    return arrived;
  }

  async #negotiate(): Promise<void> {
    this.#isNegotiated = true;
    const { here, there } = this;
    await here.setLocalDescription(await here.createOffer());
    await there.setRemoteDescription(here.localDescription!);
    await there.setLocalDescription(await there.createAnswer());
    await here.setRemoteDescription(there.localDescription!);
  }
}

/** The kind, where the platform has it: not in Workers. */
export function dataChannel(): Env {
  let loop = new Loop();
  let count = 0;
  const end = (): void => {
    loop.here.close();
    loop.there.close();
  };
  return {
    name: 'RTCDataChannel',
    traits: {
      codes: false,
      stalls: false,
      breaks: false,
      refuses: false,
      backpressure: 'none',
      lossy: false,
      protocol: '',
    },
    async join(sock) {
      // A peer has broken it.
      if (loop.there.signalingState === 'closed') {
        loop.here.close();
        loop = new Loop();
      }
      const channel = loop.here.createDataChannel(`${count++}`);
      sock.attach(channel);
      const peer = await loop.peer(channel.label);
      await sock.opened;
      return peer;
    },
    end,
  };
}

function peerOf(channel: RTCDataChannel, drop: () => void): Peer {
  const inbox = new Inbox();
  let isEchoing = false;
  let flooded = 0;

  channel.binaryType = 'arraybuffer';
  channel.bufferedAmountLowThreshold = BUFFER / 2;
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    inbox.push(new Uint8Array(data));
    if (isEchoing) channel.send(data);
  };
  channel.onclose = () => inbox.end(1005);

  return {
    async send(bytes, sizes) {
      for (const message of cut(bytes, sizes)) channel.send(message);
    },
    text: async (text) => channel.send(text),
    received: (n) => inbox.received(n),
    async echo() {
      isEchoing = true;
    },
    async flood(n) {
      const messages = flood(n);
      channel.onbufferedamountlow = () => {
        while (channel.readyState === 'open' && channel.bufferedAmount < BUFFER) {
          const { value, done } = messages.next();
          if (done) return;
          channel.send(value);
          flooded += value.length;
        }
      };
      channel.onbufferedamountlow(new Event('bufferedamountlow'));
    },
    flooded: async () => flooded,
    async stall() {
      throw new Error('a data channel can not stop reading');
    },
    async unstall() {},
    close: async () => channel.close(),
    drop: async () => drop(),
    closed: () => inbox.closed,
  };
}
