/**
 * The payloads of GMCP, the Generic Mud Communication Protocol: the name of a message, such as `Char.Vitals`, and JSON. Send
 * them with `telnet.subnegotiate(GMCP, payload)`.
 */

/** A message of GMCP. */
export interface GmcpMessage {
  /** Letters, digits, `_` and `-`, in parts with dots between them; its case does not matter. */
  readonly name: string;
  /** What the JSON says; undefined where there is none. */
  readonly data: unknown;
}

const NAME = /^[\w-]+(\.[\w-]+)*$/;

/** Reads a payload of GMCP; undefined for one whose name is none, or whose JSON is broken. */
export function parseGmcp(payload: Uint8Array): GmcpMessage | undefined {
  const [, name = '', json = ''] = /^(\S*)\s*([^]*)$/.exec(new TextDecoder().decode(payload))!;
  if (!NAME.test(name)) return undefined;
  try {
    return { name, data: json.trim() ? (JSON.parse(json) as unknown) : undefined };
  } catch {
    return undefined;
  }
}

/**
 * The payload of a message.
 * @param data what JSON.stringify takes; undefined for none
 * @throws {RangeError} the name is none
 */
export function encodeGmcp(name: string, data?: unknown): Uint8Array<ArrayBuffer> {
  if (!NAME.test(name)) {
    throw new RangeError(
      `Cannot send the message ${name}: its name must be letters, digits, _ and -, in parts with dots between them`,
    );
  }
  const json = JSON.stringify(data) as string | undefined;
  return new TextEncoder().encode(json === undefined ? name : `${name} ${json}`);
}
