/**
 * The payloads of GMCP, the Generic Mud Communication Protocol: the name of a message, such as `Char.Vitals`, and JSON. Send
 * them with `telnet.subnegotiate(GMCP, payload)`.
 */

/** A message of GMCP. */
export interface GmcpMessage {
  /** Letters, digits, `_` and `-`, in parts separated by dots; case-insensitive. */
  readonly name: string;
  /** The parsed JSON; undefined if there is none. */
  readonly data: unknown;
}

const NAME = /^[\w-]+(\.[\w-]+)*$/;

/** Parses a payload of GMCP; undefined if its name or its JSON is invalid. */
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
 * Encodes a message as a payload of GMCP.
 * @param data anything that JSON.stringify accepts; undefined for none
 * @throws {RangeError} the name is invalid
 */
export function encodeGmcp(name: string, data?: unknown): Uint8Array<ArrayBuffer> {
  if (!NAME.test(name)) {
    throw new RangeError(
      `Cannot send the message ${name}: its name must be parts of letters, digits, _ and -, separated by dots`,
    );
  }
  const json = JSON.stringify(data) as string | undefined;
  return new TextEncoder().encode(json === undefined ? name : `${name} ${json}`);
}
