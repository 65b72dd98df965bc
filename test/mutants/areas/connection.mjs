/** Edits of a channel's life: its state, its queues, its timeouts, and the async reads over it. */
export const tests = [
  'test/unit/websock.test',
  'test/unit/async-reads',
  'test/unit/flow.test',
  'test/unit/transport/',
];

const edit = (find, replace, reason, ...more) => ({
  file: 'src/connection.ts',
  find,
  replace,
  reason,
  ...(more.length > 0 && { tests: more }),
});

const editAsync = (...args) => ({ ...edit(...args), file: 'src/async-connection.ts' });

export const mutants = [
  edit(
    "    if (this.phase !== 'live') return;\n    this.failure = error;\n",
    '    this.failure = error;\n',
    'tells an error after our own close',
  ),
  edit(
    "const by = this.state === 'closing' ? 'remote' : 'local';",
    "const by = 'local';",
    'says that we closed when the peer had',
  ),
  edit(
    "const by = known === 'network' && end.code !== LOST.code ? 'remote' : known;",
    'const by = known;',
    'says that the network closed when the peer did',
  ),
  edit(
    "if (this.phase !== 'live' || bytes.length === 0) return;",
    'if (bytes.length === 0) return;',
    'shows bytes that come after our close',
  ),
  edit(
    "if (this.phase !== 'live' || bytes.length === 0) return;",
    "if (this.phase !== 'live') return;",
    'tells of an empty message',
  ),
  edit(
    'return this.refused(error as WebsockError, RECEIVE_OVERFLOW_CODE);',
    'return this.refused(error as WebsockError, 1000);',
    'says that a queue that is full is a normal end',
  ),
  edit(
    "    try {\n      this.emitter.emit('error', error);\n    } finally {\n      this.transport!.close(code);\n    }",
    "    this.emitter.emit('error', error);\n    this.transport!.close(code);",
    'leaves a broken stream open when an error handler throws',
  ),
  edit(
    "if (this.sendQueue!.length > 0 && transport.state === 'open' && transport.room === 0) return;",
    '',
    'closes over bytes that wait for room',
  ),
  edit(
    'if (!sendQueue) return;\n    const transport = this.transport!;\n    transport.detach();',
    'if (!sendQueue) return;\n    const transport = this.transport!;',
    'hears of a channel that it has left',
  ),
  edit(
    "const code = this.phase === 'live' ? 1000 : this.ending.code;",
    'const code = 1000;',
    'closes with 1000 a channel that is to close with another code',
  ),
  edit(
    '      sendQueue.flush();\n      transport.close(code);\n',
    '      transport.close(code);\n',
    'leaves a channel without what was pushed',
  ),
  edit(
    "if (openTimeout < Infinity && this.phase === 'live')",
    'if (openTimeout < Infinity)',
    'reports a timeout for a channel that failed in its start',
  ),
  edit(
    '    clearTimeout(this.#openTimer);\n    this.whenOpen.resolve();',
    '    this.whenOpen.resolve();',
    'times out when it is open',
  ),
  edit(
    '    clearTimeout(this.#idleTimer);\n    this.whenOpen.reject',
    '    this.whenOpen.reject',
    'tells of silence after the end',
  ),
  edit(
    'this.#watchSilence(isIdle ? idleTimeout : idleTimeout - silence);',
    'this.#watchSilence(idleTimeout);',
    'tells of silence up to twice as late',
  ),
  edit(
    'const isIdle = silence > idleTimeout - 1;',
    'const isIdle = true;',
    'tells of silence while bytes come',
  ),
  edit(
    "      if (!isOurs) this.emitter.emit('error', error);",
    "      this.emitter.emit('error', error);",
    'tells of a timeout after our own close',
  ),
  edit(
    "if (this.#isHigh || this.phase !== 'live' || this.bufferedAmount <= mark) return;",
    "if (this.#isHigh || this.phase !== 'live' || this.bufferedAmount < mark) return;",
    'promises a drain at the mark itself',
  ),
  edit(
    'this.transport!.notify(Math.max(0, below - this.sendQueue!.length));',
    'this.transport!.notify(below);',
    'forgets what waits in front of the channel',
  ),
  edit(
    "    this.#isHigh = false;\n    this.emitter.emit('error', error);",
    "    this.emitter.emit('error', error);",
    'never drains again after a failed send',
  ),
  edit(
    'if (transport.send(bytes, isOwn)) this.sent(bytes);',
    'transport.send(bytes, isOwn);\n        this.sent(bytes);',
    'counts what the channel has dropped',
  ),
  editAsync(
    'length >= awaited &&',
    '',
    'stops the peer under a read that waits for more than the mark',
  ),
  editAsync(
    'wanted === 0 &&',
    '',
    'stops the peer under a parser that waits for more than the mark',
  ),
  editAsync(
    '      !isHandled;\n',
    '      true;\n',
    'stops the peer though a handler takes all that comes',
  ),
  editAsync(
    'this.#isStopped = isEnough || isPaused;',
    'this.#isStopped = isEnough;',
    'reads on while it is paused',
  ),
  editAsync(
    'if (isWaiting) this.setReads(refusesReads, this.#barred);\n    else',
    '',
    'lets a sync read take bytes from an async one',
  ),
  editAsync(
    'if (this.#reader?.isPaused || this.#reader?.isWaiting) return;',
    'if (this.#reader?.isWaiting) return;',
    'tells of messages while it is paused',
  ),
  editAsync(
    'if (this.#reader?.isPaused || this.#reader?.isWaiting) return;',
    'if (this.#reader?.isPaused) return;',
    'tells of bytes that an async read waits for',
  ),
  editAsync(
    'isClean: wasClean && !failure && isCleanCode(code)',
    'isClean: wasClean && isCleanCode(code)',
    'takes the end of a broken stream for a clean one',
  ),
  editAsync(
    "failure?.code === 'ERR_TRUNCATED' ? failure : this.closedBy(action)",
    'this.closedBy(action)',
    'hides that bytes may be lost',
  ),
  editAsync(
    "    this.#drain?.reject(this.closedBy('wait for bytes to leave'));\n",
    '',
    'waits for bytes to leave after the end',
  ),
  editAsync('    this.#drain?.reject(error);\n', '', 'waits for bytes that could not be sent'),
  editAsync(
    "    super.finish();\n    this.#drain?.reject(this.closedBy('wait for bytes to leave'));\n    this.#reader?.serve();",
    "    super.finish();\n    this.#drain?.reject(this.closedBy('wait for bytes to leave'));",
    'leaves reads waiting at the end',
  ),
];
