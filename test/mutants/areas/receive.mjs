/** Edits of the receive queue and of the memory under it. */
export const tests = ['test/unit/receive/', 'test/property/receive-queue', 'test/property/fuzz'];

export const mutants = [
  {
    file: 'src/receive/receive-queue.ts',
    find: 'if (position + 2 > end) return this.#assemble(2).getUint16(0, littleEndian);',
    replace: '',
    reason: 'reads a 16-bit number past the end of what is queued',
  },
  {
    file: 'src/receive/receive-queue.ts',
    find: 'segments.hold();\n      try {',
    replace: 'try {',
    reason: 'releases a hold that it never took, while it tells of a message',
  },
  {
    file: 'src/receive/receive-queue.ts',
    find: 'if (error !== undefined && error === this.#underflow) return undefined;',
    replace: 'if (error instanceof ReceiveUnderflowError) return undefined;',
    reason: 'takes the underflow of another queue for its own',
  },
  {
    file: 'src/receive/receive-queue.ts',
    find: "checkCount(n, 'step back by');",
    replace: '',
    reason: 'steps back by a length that is none',
  },
];
