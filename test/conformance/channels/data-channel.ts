/**
 * An RTCDataChannel, both ends in one page. All channels share a connection, for setting that up takes long.
 */
import { Deferred } from '../../../src/deferred.js';
import type { Env, Peer } from '../contract.js';
import { cut, flood } from '../bytes.js';
import { Inbox } from '../inbox.js';

/** What a sender keeps in its channel at most: from 16 MiB on Chromium's throws. */
const BUFFER = 1024 * 1024;

/** Two connections that know each other. */
class Loop {
  readonly here = new RTCPeerConnection();
  readonly there = new RTCPeerConnection();
  #count = 0;
  #isNegotiated = false;
  /** Each has the other's description: node-datachannel takes no candidate before. */
  readonly #described = new Deferred<void>();
  /** Whether a peer has broken it. */
  isBroken = false;

  constructor() {
    const described = this.#described.promise;
    const tell = (from: RTCPeerConnection, to: RTCPeerConnection): void => {
      from.onicecandidate = async ({ candidate }) => {
        if (!candidate) return;
        await described;
        // A connection that a case has closed takes none.
        if (to.signalingState !== 'closed') await to.addIceCandidate(candidate);
      };
    };
    tell(this.here, this.there);
    tell(this.there, this.here);
  }

  /**
   * Makes both ends of a channel. With numbers of their own: where Chromium picks them, it picks one again that is being
   * closed, and now and then that closes the new channel too.
   */
  channels(): [RTCDataChannel, RTCDataChannel] {
    const options = { negotiated: true, id: this.#count++ };
    return [
      this.here.createDataChannel('here', options),
      this.there.createDataChannel('there', options),
    ];
  }

  /** Connects the two, when a channel is there to connect them for. */
  async negotiate(): Promise<void> {
    if (this.#isNegotiated) return;
    this.#isNegotiated = true;
    const { here, there } = this;
    await here.setLocalDescription(await here.createOffer());
    await there.setRemoteDescription(here.localDescription!);
    await there.setLocalDescription(await there.createAnswer());
    await here.setRemoteDescription(there.localDescription!);
    this.#described.resolve();
  }

  /** Ends the connection at one end. */
  break(): void {
    this.isBroken = true;
    this.there.close();
  }

  close(): void {
    this.here.close();
    this.there.close();
  }
}

/** The kind, where the platform has it: not in Workers. */
export function dataChannel(): Env {
  let loop = new Loop();
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
      if (loop.isBroken) {
        loop.close();
        loop = new Loop();
      }
      const current = loop;
      const [channel, other] = current.channels();
      const peer = peerOf(other, () => current.break());
      const isOpen = new Promise((resolve) => (other.onopen = resolve));
      sock.attach(channel);
      await current.negotiate();
      await Promise.all([sock.opened, isOpen]);
      return peer;
    },
    end: () => loop.close(),
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
