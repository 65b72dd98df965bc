/**
 * The search for bytes in a chain of segments.
 */
import type { Segment } from './block.js';

/**
 * Searches a chain for `pattern`, from the position `start` in the first segment.
 * @param from how many bytes after `start` to skip
 * @returns how many bytes after `start` the pattern begins; -1 if it is not found
 */
export function search(
  first: Segment | undefined,
  start: number,
  pattern: ArrayLike<number>,
  from: number,
): number {
  let before = 0;
  let begin = start;
  for (let segment = first; segment; segment = segment.next) {
    // The block continues after the segment's end.
    const bytes = segment.block.bytes.subarray(0, segment.end);
    let at = begin + Math.max(0, from - before) - 1;
    while ((at = bytes.indexOf(pattern[0], at + 1)) !== -1) {
      if (matches(pattern, segment, at)) return before + at - begin;
    }
    before += segment.end - begin;
    begin = segment.next?.start ?? 0;
  }
  return -1;
}

/** Whether the bytes from `at` on are those of the pattern, in this segment and those after it. */
function matches(pattern: ArrayLike<number>, from: Segment, at: number): boolean {
  let segment: Segment | undefined = from;
  let position = at;
  for (let i = 0; i < pattern.length; i++) {
    if (position === segment.end) {
      segment = segment.next;
      if (!segment) return false;
      position = segment.start;
    }
    if (segment.block.bytes[position++] !== pattern[i]) return false;
  }
  return true;
}
