/**
 * The storage under the receive queue: the bytes as they came, in a chain of segments. Large chunks become a
 * segment as they are, without a copy; small ones are gathered into shared arenas. What was read stays linked
 * in front of the read position for a while, so that a parser can step back over it.
 */

/** Chunks from this size on (bytes) are adopted; below it, a copy costs less than an object of their own. */
const ADOPT_MIN = 4096;

/** An arena's size in bytes. It doubles from the first to the last, so that an idle socket stays small. */
const ARENA_MIN = 8 * 1024;
const ARENA_MAX = 128 * 1024;

/** How many consumed bytes, before those of the segment being read, stay available to `rewind()`. */
const REWIND_KEPT = 64 * 1024;

/** A consumed segment larger than this gives its memory back; only the end of it is copied and kept. */
const CONSUMED_MAX = 4 * REWIND_KEPT;

/** Memory that small chunks are gathered in. When its last segment was let go of, it serves again. */
interface Arena {
  readonly bytes: Uint8Array<ArrayBuffer>;
  used: number;
  segments: number;
}

interface Segment {
  bytes: Uint8Array<ArrayBuffer>;
  start: number;
  end: number;
  readonly arena: Arena | undefined;
  previous: Segment | undefined;
  next: Segment | undefined;
}

const sizeOf = (segment: Segment): number => segment.end - segment.start;

/**
 * A chain of segments with a read position. `bytes`, `position` and `end` are those of the segment being read;
 * they stand here, in one object, for the fast paths of the typed reads: a reader that finds its n bytes
 * between `position` and `end` takes them from `bytes` and moves `position`.
 */
export class Segments {
  bytes = new Uint8Array(0);
  position = 0;
  end = 0;

  /** Bytes in the segments after the one being read. */
  #later = 0;
  /** Offsets from the start of the stream: of the oldest byte kept, and of the start of the current segment. */
  #oldestOffset = 0;
  #currentOffset = 0;

  #oldest: Segment | undefined;
  #current: Segment | undefined;
  #newest: Segment | undefined;

  /** The one that is being filled, and one to go on with. */
  #arena: Arena = { bytes: this.bytes, used: 0, segments: 0 };
  #spare: Arena | undefined;
  #holds = 0;

  /** Unread bytes. */
  get length(): number {
    return this.end - this.position + this.#later;
  }

  /** The read position, in bytes from the start of the stream. */
  get offset(): number {
    return this.#current ? this.#currentOffset + this.position - this.#current.start : 0;
  }

  /** How many consumed bytes are still there to step back over. */
  get kept(): number {
    return this.offset - this.#oldestOffset;
  }

  /** Takes over `chunk`, whose bytes nobody may change from now on. */
  append(chunk: Uint8Array): void {
    const size = chunk.length;
    if (size === 0) return;
    if (size < ADOPT_MIN) this.#gather(chunk);
    else this.#link(isAdoptable(chunk) ? chunk : new Uint8Array(chunk), 0, size, undefined);
    if (this.position === this.end) this.advance();
  }

  /** Goes on to the next segment; the current one must have been read to its end. */
  advance(): void {
    const current = this.#current;
    if (!current?.next) return;
    this.#currentOffset += sizeOf(current);
    this.#later -= sizeOf(current.next);
    this.#enter(current.next, current.next.start);
    this.#trim();
  }

  /** Consumes n bytes; they must be there. */
  skip(n: number): void {
    let left = n;
    while (left > this.end - this.position) {
      left -= this.end - this.position;
      this.position = this.end;
      this.advance();
    }
    this.position += left;
  }

  /** Moves the read position to an offset that is kept or queued. */
  seek(offset: number): void {
    let back = this.offset - offset;
    if (back < 0) return this.skip(-back);
    while (this.#current && back > this.position - this.#current.start) {
      back -= this.position - this.#current.start;
      const previous = this.#current.previous!;
      this.#later += sizeOf(this.#current);
      this.#currentOffset -= sizeOf(previous);
      this.#enter(previous, previous.end);
    }
    this.position -= back;
  }

  /** Fills `target` with the next bytes, which must be there, and consumes nothing. */
  copyTo(target: Uint8Array): void {
    let segment = this.#current;
    let from = this.position;
    for (let filled = 0; filled < target.length && segment; segment = segment.next) {
      const until = Math.min(segment.end, from + target.length - filled);
      target.set(segment.bytes.subarray(from, until), filled);
      filled += until - from;
      from = segment.next?.start ?? 0;
    }
  }

  /** Where `pattern` begins in the unread bytes, at `from` or after it; -1 when it does not. */
  indexOf(pattern: ArrayLike<number>, from: number): number {
    let before = 0;
    let segment = this.#current;
    let start = this.position;
    while (segment) {
      // An arena goes on after the segment's end.
      const bytes = segment.bytes.subarray(0, segment.end);
      let at = start + Math.max(0, from - before) - 1;
      while ((at = bytes.indexOf(pattern[0], at + 1)) !== -1) {
        if (matches(pattern, segment, at)) return before + at - start;
      }
      before += segment.end - start;
      segment = segment.next;
      start = segment?.start ?? 0;
    }
    return -1;
  }

  /** From now to the matching `release()` every consumed byte is kept. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    this.#trim();
  }

  #gather(chunk: Uint8Array): void {
    let arena = this.#arena;
    const size = chunk.length;
    if (size > arena.bytes.length - arena.used) arena = this.#nextArena();
    const start = arena.used;
    const end = start + size;
    arena.bytes.set(chunk, start);
    arena.used = end;
    const newest = this.#newest;
    if (newest?.arena !== arena || newest.end !== start) {
      arena.segments++;
      this.#link(arena.bytes, start, end, arena);
      return;
    }
    newest.end = end;
    if (newest === this.#current) this.end = end;
    else this.#later += size;
  }

  #nextArena(): Arena {
    const size = Math.min(ARENA_MAX, Math.max(ARENA_MIN, 2 * this.#arena.bytes.length));
    this.#arena = this.#spare ?? { bytes: new Uint8Array(size), used: 0, segments: 0 };
    this.#spare = undefined;
    return this.#arena;
  }

  #link(
    bytes: Uint8Array<ArrayBuffer>,
    start: number,
    end: number,
    arena: Arena | undefined,
  ): void {
    const previous = this.#newest;
    const segment: Segment = { bytes, start, end, arena, previous, next: undefined };
    this.#newest = segment;
    if (previous) {
      previous.next = segment;
      this.#later += end - start;
    } else {
      this.#oldest = segment;
      this.#enter(segment, start);
    }
  }

  #enter(segment: Segment, position: number): void {
    this.#current = segment;
    this.bytes = segment.bytes;
    this.position = position;
    this.end = segment.end;
  }

  /** Lets go of consumed bytes, but for the segment being read and REWIND_KEPT bytes before it. */
  #trim(): void {
    const current = this.#current;
    if (this.#holds > 0 || !current) return;
    const drained = this.position === this.end && this.#later === 0;
    const from = this.#currentOffset + (drained ? sizeOf(current) : 0) - REWIND_KEPT;
    let oldest = this.#oldest!;
    while (oldest !== current && this.#oldestOffset + sizeOf(oldest) <= from) {
      this.#oldestOffset += sizeOf(oldest);
      this.#recycle(oldest.arena);
      oldest = oldest.next!;
      oldest.previous = undefined;
      this.#oldest = oldest;
    }
    if (sizeOf(oldest) > CONSUMED_MAX && (oldest !== current || drained))
      this.#shorten(oldest, from);
  }

  /** Keeps only the bytes of the oldest segment from an offset on. */
  #shorten(oldest: Segment, from: number): void {
    oldest.bytes = oldest.bytes.slice(oldest.start + from - this.#oldestOffset, oldest.end);
    oldest.start = 0;
    oldest.end = oldest.bytes.length;
    this.#oldestOffset = from;
    if (oldest !== this.#current) return;
    this.#currentOffset = from;
    this.#enter(oldest, oldest.end);
  }

  /** A segment in the arena was let go of. */
  #recycle(arena: Arena | undefined): void {
    if (!arena || --arena.segments > 0 || arena === this.#arena) return;
    arena.used = 0;
    if (arena.bytes.length === ARENA_MAX) this.#spare = arena;
  }
}

/** Whether the bytes from `at` on are those of the pattern, in this segment and those after it. */
function matches(pattern: ArrayLike<number>, from: Segment, at: number): boolean {
  let segment: Segment | undefined = from;
  let position = at;
  for (let i = 0; i < pattern.length; i++) {
    while (segment && position === segment.end) {
      segment = segment.next;
      position = segment?.start ?? 0;
    }
    if (!segment || segment.bytes[position++] !== pattern[i]) return false;
  }
  return true;
}

/** Not memory that others can change or cut short, nor a small view, which would pin the whole of a large buffer. */
function isAdoptable(chunk: Uint8Array): chunk is Uint8Array<ArrayBuffer> {
  const { buffer } = chunk;
  return (
    buffer instanceof ArrayBuffer &&
    !(buffer as { resizable?: boolean }).resizable &&
    buffer.byteLength <= 2 * chunk.length
  );
}
