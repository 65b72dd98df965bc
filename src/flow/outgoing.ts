/**
 * The sending direction. Bytes are kept until the peer has confirmed them, so that another WebSocket can continue from
 * any offset that the peer may name.
 */
import { MESSAGE_MAX, type Confirmation } from './message.js';

/** Smaller pushes are combined: a chunk has an overhead of about 100 bytes. */
const BLOCK_SIZE = 4096;

/** How this direction ends: normally, or with a failure of its source. */
type Ending = { readonly leave: boolean } | { readonly reset: string };

/** The sending direction of a frozen state: the bytes `kept` from the offset `confirmed` on, and the `end`. */
export interface OutgoingState {
  readonly confirmed: number;
  readonly highest: number;
  readonly limit: number;
  readonly kept: Uint8Array;
  readonly end: 'none' | 'end' | 'leave';
  readonly endSaid: boolean;
  readonly endConfirmed: boolean;
}

export class Outgoing {
  readonly #replay: number;
  /** The peer has confirmed all bytes before this offset. */
  confirmed = 0;
  /** The offset of the next byte to send on the current WebSocket. */
  sent = 0;
  /** The highest value of `sent` on any WebSocket. */
  highest = 0;
  /** The offset after the last byte pushed. */
  pushed = 0;
  /** The offset up to which the peer accepts bytes. */
  limit = MESSAGE_MAX;
  ending: Ending | undefined;
  /** Whether the ending was sent on the current WebSocket, and on any. */
  endSent = false;
  endSaid = false;
  endConfirmed = false;
  /** An `end` may be followed by one that says `leave`, which is confirmed separately. */
  leaveConfirmed = false;
  /** Whether the bytes were dropped: the peer reads no more, or the session is over. */
  isDropped = false;

  /** The bytes from `confirmed` on, or a little before. `#chunkIndex` and `#chunkOffset` locate `sent` in them. */
  readonly #chunks: Uint8Array[] = [];
  /** The offset of the first chunk's first byte. */
  #base = 0;
  #chunkIndex = 0;
  #chunkOffset = 0;
  /** The memory that collects small pushes: its first `#blockLength` bytes are the last chunk. */
  #block: Uint8Array | undefined;
  #blockLength = 0;

  /** @param replay how many unconfirmed bytes are kept at most */
  constructor(replay: number) {
    this.#replay = replay;
  }

  /** How many more bytes may be pushed. */
  get room(): number {
    return this.ending || this.isDropped ? 0 : Math.max(0, this.#mostSent - this.pushed);
  }

  /** The offset up to which bytes may be sent now. */
  get #mostSent(): number {
    return Math.min(this.confirmed + this.#replay, this.limit);
  }

  /** Whether the peer has confirmed every byte that was pushed. */
  get isConfirmed(): boolean {
    return this.confirmed === this.pushed;
  }

  /** Takes ownership of bytes. What does not fit now is sent when there is room. */
  push(bytes: Uint8Array): void {
    if (this.ending || this.isDropped || bytes.length === 0) return;
    this.pushed += bytes.length;
    if (bytes.length < BLOCK_SIZE) this.#gather(bytes);
    else this.#add(bytes);
  }

  #add(bytes: Uint8Array): void {
    this.#block = undefined;
    this.#chunks.push(bytes);
  }

  #gather(bytes: Uint8Array): void {
    if (!this.#block || this.#blockLength + bytes.length > this.#block.length) {
      this.#add(new Uint8Array(0));
      this.#block = new Uint8Array(BLOCK_SIZE);
      this.#blockLength = 0;
    }
    const block = this.#block!;
    // Views that were sent cover only the bytes before these.
    block.set(bytes, this.#blockLength);
    this.#blockLength += bytes.length;
    this.#chunks[this.#chunks.length - 1] = block.subarray(0, this.#blockLength);
  }

  /** The next message's bytes; undefined when there are none, or the peer has no room for them. */
  take(): Uint8Array | undefined {
    const most = Math.min(MESSAGE_MAX, this.pushed - this.sent, this.#mostSent - this.sent);
    if (most <= 0 || this.isDropped) return undefined;
    while (this.#chunkOffset === this.#chunks[this.#chunkIndex].length) {
      this.#chunkIndex++;
      this.#chunkOffset = 0;
    }
    const chunk = this.#chunks[this.#chunkIndex];
    const bytes = chunk.subarray(this.#chunkOffset, this.#chunkOffset + most);
    this.#chunkOffset += bytes.length;
    this.sent += bytes.length;
    this.highest = Math.max(this.highest, this.sent);
    return bytes;
  }

  /** Ends this direction after what was pushed. After `end`, only `leave` can be added. */
  end(ending: Ending): void {
    const isLeave = 'leave' in ending && ending.leave;
    if (this.ending && !(isLeave && 'leave' in this.ending && !this.ending.leave)) return;
    this.ending = ending;
    this.endSent = false;
  }

  /** Whether this end reads no more. */
  get isLeaving(): boolean {
    return this.ending !== undefined && 'leave' in this.ending && this.ending.leave;
  }

  /** Whether an `end` (not a `reset`) was sent, so that the peer may have it. */
  get isEndSaid(): boolean {
    return this.endSaid && 'leave' in this.ending!;
  }

  /** The ending, once all bytes are sent; given once on each WebSocket until the peer confirms it. */
  takeEnding(): Ending | undefined {
    if (this.endSent || this.isDropped || this.sent < this.pushed) return undefined;
    if (this.isLeaving ? this.leaveConfirmed : this.endConfirmed) return undefined;
    this.endSent = this.endSaid = this.ending !== undefined;
    return this.ending;
  }

  /** Whether a `received` on the current WebSocket can be true. */
  mayConfirm({ received, ended }: Confirmation): boolean {
    return received >= this.confirmed && received <= this.sent && (!ended || this.endSaid);
  }

  /** Whether a peer that has lost its WebSocket can have received this much. */
  mayResume({ received, ended }: Confirmation): boolean {
    return received >= this.confirmed && received <= this.highest && (!ended || this.endSaid);
  }

  /** The peer reports what it has received, and up to which offset it accepts more. */
  confirm({ received, limit, ended = false, left = false }: Confirmation): void {
    this.confirmed = received;
    this.limit = Math.max(this.limit, limit);
    this.endConfirmed ||= ended;
    this.leaveConfirmed ||= left;
    const chunks = this.#chunks;
    while (chunks.length > 0 && this.#base + chunks[0].length <= received) {
      // The last chunk may be the block that is being filled.
      if (chunks.length === 1) this.#block = undefined;
      this.#base += chunks.shift()!.length;
      if (this.#chunkIndex > 0) this.#chunkIndex--;
      else this.#chunkOffset = 0;
    }
  }

  /** Begins on another WebSocket with what the peer has not received. */
  restart(message: Confirmation): void {
    this.confirm(message);
    this.sent = this.confirmed;
    this.#chunkIndex = 0;
    this.#chunkOffset = this.sent - this.#base;
    this.endSent = false;
  }

  /** Forgets all bytes, and sends no more. */
  drop(): void {
    this.isDropped = true;
    this.#chunks.length = 0;
    this.#block = undefined;
  }

  freeze(): OutgoingState {
    const { confirmed, highest, limit, ending, endSaid, endConfirmed } = this;
    const kept = new Uint8Array(this.isDropped ? 0 : this.pushed - confirmed);
    let offset = this.#base - confirmed;
    for (const chunk of this.isDropped ? [] : this.#chunks) {
      kept.set(offset < 0 ? chunk.subarray(-offset) : chunk, Math.max(0, offset));
      offset += chunk.length;
    }
    const end = !ending || 'reset' in ending ? 'none' : ending.leave ? 'leave' : 'end';
    return { confirmed, highest, limit, kept, end, endSaid, endConfirmed };
  }

  /** Restores a frozen state. */
  thaw(state: OutgoingState): void {
    this.#base = this.confirmed = this.sent = this.pushed = state.confirmed;
    this.highest = state.highest;
    this.limit = state.limit;
    this.push(state.kept);
    if (state.end !== 'none') this.ending = { leave: state.end === 'leave' };
    this.endSaid = state.endSaid;
    this.endConfirmed = state.endConfirmed;
  }
}
