/** Edits of the historical API and of the reads that it shares with the modern one. */
export const tests = ['test/unit/compat/', 'test/property/compat'];

const edit = (find, replace, reason) => ({
  file: 'src/compat/websock.ts',
  find,
  replace,
  reason,
});

export const mutants = [
  {
    file: 'src/websock-core.ts',
    find: '(bytes[position + 2] << 8) | bytes[position + 3]) >>> 0;',
    replace: '(bytes[position + 2] << 8) | bytes[position + 3]);',
    reason: 'reads 0x80000000 as a negative number',
    tests: ['test/unit/websock.test', 'test/unit/compat/'],
  },
  edit(
    'return this.#debtAt === this.bytesReceived ? this.#debt : 0;',
    'return this.#debt;',
    'keeps a debt when bytes arrive, outside a handler',
  ),
  edit(
    '      } finally {\n        this.#debt = 0;\n      }',
    '      } finally {\n      }',
    'keeps a debt after the handler',
  ),
  edit(
    '  #forget(): void {\n    this.#debt = 0;',
    '  #forget(): void {',
    'takes a debt along to the next channel',
  ),
  edit(
    'this.#debt = this.#owed + missing;',
    'this.#debt = missing;',
    'forgets the debt of the read before',
  ),
  edit('this.#debt = owed - repaid;', 'this.#debt = 0;', 'forgives what a goback has not repaid'),
  edit(
    'super.rQwait(msg, n + owed, goback - repaid);',
    'super.rQwait(msg, n + owed, goback);',
    'steps back by what repaid the debt too',
  ),
  edit(
    'this.#reads.rewind(n - repaid);',
    'this.#reads.rewind(n);',
    'goes back by what repaid the debt too',
  ),
  edit('if (this.#owed > 0) return this.#goBack(1);', '', 'puts a byte back that was never there'),
  edit(
    'if (!isShort || this.#tries > 0) throw error;',
    'if (!isShort) throw error;',
    'lends bytes inside tryRead',
  ),
  edit('if (n <= limit) return n - length;', 'return n - length;', 'lends without a limit'),
  edit(
    'this.#reads.unshift(value & 0xff);',
    'this.#reads.unshift(value);',
    'puts back more than a byte',
  ),
  edit(
    'if (!(size > 0 && size <= SEND_BUFFER_SIZE)) {',
    'if (!(size > 0)) {',
    'sends what is past the buffer of old versions',
  ),
  edit('this.#reads.skip(n - missing);', '', 'shows bytes twice that a short read has given'),
];
