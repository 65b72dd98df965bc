/**
 * What a platform has of its own, that a socket uses where it is there.
 */

export interface Facts {
  readonly WebSocketStream: boolean;
  readonly RTCDataChannel: boolean;
  /** Byte streams, for which a reader may bring its buffer. */
  readonly byob: boolean;
  readonly DecompressionStream: boolean;
  readonly TextDecoderStream: boolean;
  /** The symbols of `using` and `await using`. */
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
