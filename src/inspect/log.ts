/**
 * What an inspector remembers: the pieces of bytes in each direction and the events between them, in limited memory.
 */

/** A piece of bytes, or an event of the socket. */
export interface InspectRecord {
  /** Counts from 0. */
  readonly number: number;
  /** When it happened, in ms since the inspector began. */
  readonly time: number;
  readonly kind: 'received' | 'sent' | 'event';
  /** A copy of the bytes; only the first ones of a piece that exceeds the inspector's limit. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The size of the whole piece, in bytes. */
  readonly length: number;
  /** The decoder's notes on the bytes, or what happened. */
  readonly notes: readonly string[];
}

/** About how many bytes a record takes besides its bytes and notes. */
const OVERHEAD = 128;

/** Keeps the latest records. */
export class InspectLog {
  readonly #limit: number;
  readonly #records: InspectRecord[] = [];
  #size = 0;
  #next = 0;
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The records that are kept, oldest first. */
  get records(): readonly InspectRecord[] {
    return this.#records;
  }

  /** How many bytes of the stream are missing from the records. */
  get dropped(): number {
    return this.#dropped;
  }

  add(
    kind: InspectRecord['kind'],
    time: number,
    bytes: Uint8Array,
    notes: readonly string[],
  ): InspectRecord {
    const { length } = bytes;
    const kept = bytes.slice(0, this.#limit) as Uint8Array<ArrayBuffer>;
    const record = { number: this.#next++, time, kind, bytes: kept, length, notes };
    this.#records.push(record);
    this.#size += sizeOf(record);
    this.#dropped += length - kept.length;
    while (this.#size > this.#limit && this.#records.length > 1) this.#drop();
    return record;
  }

  clear(): void {
    while (this.#records.length > 0) this.#drop();
  }

  #drop(): void {
    const record = this.#records.shift()!;
    this.#size -= sizeOf(record);
    this.#dropped += record.bytes.length;
  }
}

const sizeOf = ({ bytes, notes }: InspectRecord): number =>
  notes.reduce((size, note) => size + 2 * note.length, OVERHEAD + bytes.length);
