/**
 * Waits until a connection's first bytes reveal its protocol, and puts them back.
 */
import type { Socket } from 'node:net';
import { recognize, type Speech } from '../base/first-bytes.js';

/** How long a client may take to reveal its protocol, in ms. */
const TIMEOUT = 10_000;

/** The callbacks of `awaitSpeech`. */
export interface SpeechHandler {
  /** The client has revealed its protocol; `bytes` are all bytes received so far. */
  onSpeech(speech: Speech, bytes: Buffer): void;
  /** The client has sent nothing for `silenceTimeout` ms: it is waiting for the server to speak first. */
  onSilence(): void;
}

/**
 * Calls back once, with the connection paused. Drops a connection that ends or takes too long before that; with a
 * `silenceTimeout` of 0, also one that stays silent.
 */
export function awaitSpeech(socket: Socket, silenceTimeout: number, handler: SpeechHandler): void {
  const drop = () => socket.destroy();
  const beSilent = () => {
    stop();
    handler.onSilence();
  };
  const isSilenceTold = silenceTimeout > 0;
  let received: Buffer | undefined;
  let timer = isSilenceTold ? setTimeout(beSilent, silenceTimeout) : setTimeout(drop, TIMEOUT);
  const read = (chunk: Buffer) => {
    if (!received && isSilenceTold) {
      clearTimeout(timer);
      timer = setTimeout(drop, TIMEOUT);
    }
    // Put back only once there is enough: reading and putting back would otherwise loop forever.
    received = received ? Buffer.concat([received, chunk]) : chunk;
    const speech = recognize(received);
    if (!speech) return;
    stop();
    socket.unshift(received);
    handler.onSpeech(speech, received);
  };
  const stop = () => {
    clearTimeout(timer);
    socket.off('data', read).off('close', stop).off('end', drop).pause();
  };
  socket.on('data', read).once('close', stop).once('end', drop).resume();
}
