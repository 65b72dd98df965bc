/** Edits of the send queue and of the code that waits for it to drain. */
export const tests = ['test/unit/send/'];

const edit = (file, find, replace, reason, ...more) => ({
  file: `src/send/${file}.ts`,
  find,
  replace,
  reason,
  ...(more.length > 0 && { tests: more }),
});

export const mutants = [
  edit(
    'send-queue',
    'if (this.#used + size > this.#bufferSize) this.#seal();',
    '',
    'writes past the end of the buffer',
  ),
  edit(
    'send-queue',
    'new ArrayBuffer(Math.max(8, this.#bufferSize))',
    'new ArrayBuffer(this.#bufferSize)',
    'has no room for a number in a small buffer',
  ),
  edit(
    'send-queue',
    'new Uint8Array(this.#buffer!.buffer.slice(0, this.#used))',
    'new Uint8Array(this.#buffer!.buffer, 0, this.#used)',
    'writes over a message that waits',
  ),
  edit(
    'send-queue',
    'if (message.bytes.length > 0) message.bytes = message.bytes.slice();',
    '',
    'keeps the caller’s memory when a large write waits',
  ),
  edit(
    'send-queue',
    '    this.#admit(bytes.length);\n    this.#seal();',
    '    this.#admit(bytes.length);',
    'lets a large write overtake what was gathered',
  ),
  edit(
    'send-queue',
    'if (this.#waiting.length > 0) this.#drain();',
    '',
    'keeps what is full until somebody flushes',
  ),
  edit(
    'send-queue',
    'if (this.#sink.room > 0) this.#seal();',
    'this.#seal();',
    'makes a message of each flush while there is no room',
  ),
  edit(
    'send-queue',
    'if (this.length + size - this.#sink.room <= this.#limit) return;',
    '',
    'counts against the limit what could leave at once',
  ),
  edit(
    'send-queue',
    'if (this.length + size <= this.#limit) return;\n    if',
    'if',
    'asks the sink for its room at each write',
  ),
  edit(
    'send-queue',
    '    if (this.#sending) return;\n',
    '',
    'sends a write made by the sink inside the one under way',
  ),
  edit(
    'send-queue',
    'this.#waiting.length > 0 && this.#sink.room > 0',
    'this.#waiting.length > 0',
    'sends without room',
  ),
  edit(
    'send-queue',
    'message.bytes.subarray(0, this.#maxMessageSize)',
    'message.bytes',
    'sends messages of any size',
  ),
  edit('send-queue', 'this.#waitingSize -= piece.length;', '', 'counts bytes that have left'),
  edit(
    'send-queue',
    '    } finally {\n      this.#sending = false;\n    }',
    '      this.#sending = false;\n    } finally {\n    }',
    'never sends again after the sink has thrown',
  ),
  edit(
    'send-queue',
    'new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)',
    'new Uint8Array(data.buffer as ArrayBuffer)',
    'sends what lies around a view',
  ),
  edit('send-queue', 'if (unit > 0xff) {', 'if (unit > 0x1ff) {', 'cuts text that is not Latin-1'),
  edit(
    'drain',
    'if (amount <= below) settle();',
    'if (amount < below) settle();',
    'waits on at the mark itself',
    'test/unit/flow.test',
  ),
  edit(
    'drain',
    'Math.max(...this.#waiting.map(({ below }) => below))',
    'Math.min(...this.#waiting.map(({ below }) => below))',
    'asks for the lowest mark first, and wakes the others late',
    'test/unit/flow.test',
  ),
  edit(
    'drain',
    "signal?.removeEventListener('abort', abort);",
    '',
    'leaves a listener on the signal of each write',
    'test/unit/leaks.test',
  ),
  edit(
    'drain',
    'signal?.throwIfAborted();',
    '',
    'waits for an aborted signal',
    'test/unit/flow.test',
  ),
  edit(
    'writable',
    'void socket.closed.then(() => controller.error(socket.closedError()));',
    '',
    'tells a pipe of the end with its next chunk only',
    'test/unit/flow.test',
  ),
  edit(
    'writable',
    'if (!(await socket.closed).wasClean) throw socket.closedError();',
    'await socket.closed;',
    'says that all has arrived after a connection that broke',
    'test/unit/flow.test',
  ),
  edit(
    'writable',
    'socket.write(chunk, { signal })',
    'socket.write(chunk)',
    'can’t be aborted under a peer that takes nothing',
    'test/unit/flow.test',
  ),
];
