/**
 * Waits until a connection's first bytes tell what it speaks, and leaves them where they were.
 */
import type { Socket } from 'node:net';
import { recognize, type Speech } from '../base/first-bytes.js';

/** How long a client may take to say what it speaks, in ms. */
const TIMEOUT = 10_000;

/** What is heard of a connection. */
export interface SpeechHandler {
  /** The client has begun to speak; `bytes` are all that came so far. */
  onSpeech(speech: Speech, bytes: Buffer): void;
  /** The client has said nothing for `silenceTimeout` ms: it waits for the server's first word. */
  onSilence(): void;
}

/**
 * Calls back once, with the connection paused. One that ends or takes too long before that is dropped. A
 * `silenceTimeout` of 0 ms means that silence says nothing.
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
    // Not put back before there is enough: reading and putting back would loop forever.
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
