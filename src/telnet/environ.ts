/**
 * The payloads of NEW-ENVIRON (RFC 1572): one end asks for environment variables, the other sends them. Send them with
 * `telnet.subnegotiate(NEW_ENVIRON, payload)`. Text is UTF-8, which includes the RFC's ASCII.
 */

const IS = 0;
const SEND = 1;
const INFO = 2;

const VAR = 0;
const VALUE = 1;
const ESC = 2;
const USERVAR = 3;

/** A variable, or, in a request, its name. */
export interface EnvironVariable {
  /** `well-known`: one of USER, JOB, ACCT, PRINTER, SYSTEMTYPE, DISPLAY. `user`: any other. */
  readonly kind: 'well-known' | 'user';
  /** Empty in a request for all variables of this kind. */
  readonly name: string;
  /** Missing in a request, and if the variable is not defined. */
  readonly value?: string;
}

/** The content of a NEW-ENVIRON payload. */
export interface EnvironMessage {
  /** `send` asks, `is` answers, `info` reports a change unasked. */
  readonly kind: 'send' | 'is' | 'info';
  /** In a request, an empty list asks for all. */
  readonly variables: readonly EnvironVariable[];
}

const KINDS = ['is', 'send', 'info'] as const;

/** Parses a payload of NEW-ENVIRON; undefined if it is invalid. */
export function parseEnviron(payload: Uint8Array): EnvironMessage | undefined {
  const kind = KINDS[payload[0]!];
  if (!kind) return undefined;
  const variables: EnvironVariable[] = [];
  const decoder = new TextDecoder();
  for (let at = 1; at < payload.length;) {
    const type = payload[at++];
    const bytes: number[] = [];
    for (; at < payload.length && payload[at]! > USERVAR; at++) bytes.push(payload[at]!);
    // The byte after ESC stands for itself, whatever it is.
    while (payload[at] === ESC) {
      bytes.push(...payload.subarray(at + 1, at + 2));
      for (at += 2; at < payload.length && payload[at]! > USERVAR; at++) bytes.push(payload[at]!);
    }
    const text = decoder.decode(Uint8Array.from(bytes));
    const last = variables.pop();
    if (type === VALUE && last && last.value === undefined) {
      variables.push({ ...last, value: text });
      continue;
    }
    if (last) variables.push(last);
    if (type === VAR) variables.push({ kind: 'well-known', name: text });
    else if (type === USERVAR) variables.push({ kind: 'user', name: text });
    else return undefined;
  }
  return { kind, variables };
}

/** Encodes a payload of NEW-ENVIRON. */
export function encodeEnviron({ kind, variables }: EnvironMessage): Uint8Array<ArrayBuffer> {
  const payload = [{ is: IS, send: SEND, info: INFO }[kind]];
  const push = (type: number, text: string): void => {
    payload.push(type);
    for (const byte of new TextEncoder().encode(text)) {
      if (byte <= USERVAR) payload.push(ESC);
      payload.push(byte);
    }
  };
  for (const { kind: of, name, value } of variables) {
    // In a request for all of a kind, the name is empty.
    push(of === 'user' ? USERVAR : VAR, name);
    if (value !== undefined) push(VALUE, value);
  }
  return Uint8Array.from(payload);
}

/**
 * Answers a request from the given variables. One requested by name but missing is reported as undefined, as the RFC requires.
 * @param variables everything that the peer may know
 * @returns the payload; undefined when `payload` is not a request
 */
export function answerEnviron(
  payload: Uint8Array,
  variables: readonly EnvironVariable[],
): Uint8Array<ArrayBuffer> | undefined {
  const request = parseEnviron(payload);
  if (request?.kind !== 'send') return undefined;
  const wanted = request.variables;
  const told =
    wanted.length === 0
      ? variables
      : wanted.flatMap(({ kind, name }) => {
          const found = variables.filter(
            (one) => one.kind === kind && (!name || one.name === name),
          );
          return found.length > 0 || !name ? found : [{ kind, name }];
        });
  return encodeEnviron({ kind: 'is', variables: told });
}
