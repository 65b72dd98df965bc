/**
 * Features of a platform that a socket uses if they are available.
 */

export interface Facts {
  readonly WebSocketStream: boolean;
  readonly RTCDataChannel: boolean;
  /** Byte streams, whose readers may supply the buffer. */
  readonly byob: boolean;
  readonly DecompressionStream: boolean;
  readonly TextDecoderStream: boolean;
  /** `Symbol.dispose` and `Symbol.asyncDispose`, for `using` and `await using`. */
  readonly disposeSymbols: boolean;
}

export function findFacts(): Facts {
  return {
    WebSocketStream: 'WebSocketStream' in globalThis,
    RTCDataChannel: 'RTCPeerConnection' in globalThis,
    byob: hasByteStreams(),
    DecompressionStream: 'DecompressionStream' in globalThis,
    TextDecoderStream: 'TextDecoderStream' in globalThis,
    disposeSymbols: 'dispose' in Symbol && 'asyncDispose' in Symbol,
  };
}

function hasByteStreams(): boolean {
  try {
    new ReadableStream({ type: 'bytes' }).getReader({ mode: 'byob' });
    return true;
  } catch {
    return false;
  }
}
