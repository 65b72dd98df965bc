/** Edits of the relay for Chrome's Secure Shell. */
export const tests = ['test/bridge/session/flow/relay.test'];

const edit = (file, find, replace, reason) => ({
  file: `src/bridge/${file}.ts`,
  find,
  replace,
  reason,
});

export const mutants = [
  edit(
    'session/framing/relay-v4',
    'if (told !== length) return `${length} bytes of data, announced as ${told}`;',
    '',
    'takes an array whatever its length says',
  ),
  edit(
    'session/framing/relay-v4',
    'return ack > Number.MAX_SAFE_INTEGER ? `an ACK of ${ack}` : { ack: Number(ack) };',
    'return { ack: Number(ack) };',
    'rounds an ACK of 2^53 and more',
  ),
  edit(
    'session/framing/relay-v4',
    'if (packet.length !== POSITION_PACKET) return `an ACK of ${packet.length} bytes`;',
    'if (packet.length < POSITION_PACKET) return `an ACK of ${packet.length} bytes`;',
    'takes an ACK with more behind it',
  ),
  edit(
    'session/flow/relay-link',
    'if (this.#isNew) this.#position = received;',
    '',
    'goes on at the wrong byte of the client after a reconnect',
  ),
  edit(
    'session/flow/relay-link',
    'while (held[0] && this.#position + held[0].length <= this.#limit) {',
    'while (held[0]) {',
    'hands on more than the target takes',
  ),
  edit(
    'session/flow/relay-link',
    'if (held.length > 0 && !client.isStopped && this.#lastCode === undefined) client.pause();',
    'if (held.length > 0 && client.isStopped) return;',
    'reads on while what was read waits',
  ),
  edit(
    'session/flow/relay-link',
    'else if (this.#end !== undefined && this.#acked === this.#end) this.#endBoth(this.#end);',
    'else if (this.#end !== undefined) this.#endBoth(this.#end);',
    'ends before the client has everything',
  ),
  edit(
    'session/flow/relay-link',
    "const told = code === NORMAL && this.#why !== '' ? TARGET_FAILED : code;",
    'const told = code;',
    'tells a failure of the target as a normal end',
  ),
  edit(
    'session/flow/relay-link',
    'if (code === ABNORMAL || this.violation) this.input?.closed(code);',
    'if (true) this.input?.closed(code);',
    'waits for a client that has closed',
  ),
  edit(
    'session/flow/resumable',
    "const resume = { resume: sid, try: reconnects, by: 'relay' };",
    "const resume = { resume: sid, try: 1, by: 'relay' };",
    'lets a client come back once only',
  ),
  edit(
    'session/flow/flow-session',
    'if (link.protocol !== this.#link.protocol) return NOT_FOUND;',
    '',
    'goes on with a session of the other protocol',
  ),
  edit(
    'base/relay-v4',
    'return values.length === 1 ? values[0] : undefined;',
    'return values[0];',
    'takes the first of two hosts or names',
  ),
  edit(
    'base/relay-v4',
    'const isWhole = /^\\d{1,16}$/.test(digits) && Number.isSafeInteger(ack);',
    'const isWhole = true;',
    'takes any text for an offset',
  ),
  edit(
    'access/targets/relay-target',
    'return guarded({ allowNetworks, allowPorts, ledger }, async',
    "return guarded({ allowNetworks: ['0.0.0.0/0', '::/0'], allowPorts, ledger }, async",
    'lets clients name any network',
  ),
  edit(
    'access/targets/relay-target',
    'return guarded({ allowNetworks, allowPorts, ledger }, async',
    "return guarded({ allowNetworks, allowPorts: ['1-65535'], ledger }, async",
    'lets clients name any port',
  ),
];
