/**
 * The packets of corp-relay-v4, one per WebSocket message: a 16-bit tag, then either a 64-bit position, or an array (a 32-bit
 * length and that many bytes); all big-endian.
 */

/** The most bytes that the protocol allows in an array. */
export const ARRAY_MAX = 16 * 1024;
/** The number of bytes before an array's content: the tag and the length. */
export const ARRAY_HEADER = 6;

const TAG = { connected: 1, reconnected: 2, data: 4, ack: 7 } as const;
const POSITION_PACKET = 10;

/** What a client may send. */
export type RelayPacket = { readonly data: Buffer } | { readonly ack: number };

/** Makes the first packet of a session: its name, in ASCII. */
export function encodeConnected(sid: string): Buffer {
  return encodeArray(TAG.connected, Buffer.from(sid, 'latin1'));
}

/** Makes the first packet of a reconnect: how many of the client's bytes have arrived in all. */
export function encodeReconnected(position: number): Buffer {
  return encodePosition(TAG.reconnected, position);
}

/** Makes a packet that says how many of the client's bytes have arrived in all. */
export function encodeAck(position: number): Buffer {
  return encodePosition(TAG.ack, position);
}

/** Makes a packet of the next bytes of the stream, at most `ARRAY_MAX`. */
export function encodeData(bytes: Uint8Array): Buffer {
  return encodeArray(TAG.data, bytes);
}

/** Reads a client's packet. Returns `undefined` for an unknown tag, and a text that says what is wrong with a bad packet. */
export function decodePacket(packet: Buffer): RelayPacket | string | undefined {
  if (packet.length < 2) return `a packet of ${packet.length} bytes`;
  const tag = packet.readUInt16BE(0);
  if (tag === TAG.ack) {
    if (packet.length !== POSITION_PACKET) return `an ACK of ${packet.length} bytes`;
    const ack = packet.readBigUInt64BE(2);
    return ack > Number.MAX_SAFE_INTEGER ? `an ACK of ${ack}` : { ack: Number(ack) };
  }
  if (tag !== TAG.data) return undefined;
  const length = packet.length - ARRAY_HEADER;
  if (length < 0) return `a DATA packet of ${packet.length} bytes`;
  const told = packet.readUInt32BE(2);
  if (told !== length) return `${length} bytes of data, announced as ${told}`;
  return { data: packet.subarray(ARRAY_HEADER) };
}

function encodeArray(tag: number, bytes: Uint8Array): Buffer {
  const packet = Buffer.allocUnsafe(ARRAY_HEADER + bytes.length);
  packet.writeUInt16BE(tag, 0);
  packet.writeUInt32BE(bytes.length, 2);
  packet.set(bytes, ARRAY_HEADER);
  return packet;
}

function encodePosition(tag: number, position: number): Buffer {
  const packet = Buffer.allocUnsafe(POSITION_PACKET);
  packet.writeUInt16BE(tag, 0);
  packet.writeBigUInt64BE(BigInt(position), 2);
  return packet;
}
