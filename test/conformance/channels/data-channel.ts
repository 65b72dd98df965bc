/**
 * An RTCDataChannel with both ends in one page. All channels share a connection, because setting one up takes long.
 */
import { Deferred } from '../../../src/deferred.js';
import type { Env, Peer } from '../contract.js';
import { cut, flood } from '../bytes.js';
import { Inbox } from '../inbox.js';

/** The most bytes that a sender buffers in its channel: Chromium's throws at 16 MiB. */
const BUFFER = 1024 * 1024;

/** Two connections that are joined to each other. */
class Loop {
  readonly here = new RTCPeerConnection();
  readonly there = new RTCPeerConnection();
  #count = 0;
  #isNegotiated = false;
  /** Resolves once each has the other's description: node-datachannel accepts no candidate earlier. */
  readonly #described = new Deferred<void>();
  /** Whether a peer has broken the connection. */
  isBroken = false;

  constructor() {
    const described = this.#described.promise;
    const tell = (from: RTCPeerConnection, to: RTCPeerConnection): void => {
      from.onicecandidate = async ({ candidate }) => {
        if (!candidate) return;
        await described;
        // A connection that a case has closed accepts no candidate.
        if (to.signalingState !== 'closed') await to.addIceCandidate(candidate);
      };
    };
    tell(this.here, this.there);
    tell(this.there, this.here);
  }

  /**
   * Makes both ends of a channel, with explicit ids: Chromium's own choice may reuse the id of a channel that is still
   * closing, which occasionally closes the new channel too.
   */
  channels(): [RTCDataChannel, RTCDataChannel] {
    const options = { negotiated: true, id: this.#count++ };
    return [
      this.here.createDataChannel('here', options),
      this.there.createDataChannel('there', options),
    ];
  }

  /** Connects the two, once there is a channel to negotiate. */
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

  /** Closes one end of the connection. */
  break(): void {
    this.isBroken = true;
    this.there.close();
  }

  close(): void {
    this.here.close();
    this.there.close();
  }
}

/** Data channels, for platforms that have them; Workers do not. */
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
      throw new Error('a data channel cannot stop reading');
    },
    async unstall() {},
    close: async () => channel.close(),
    drop: async () => drop(),
    closed: () => inbox.closed,
  };
}
