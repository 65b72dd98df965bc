/**
 * The payload of MSSP, the Mud Server Status Protocol: a server's status, as variables with one or more values.
 */

const VAR = 1;
const VAL = 2;

/** Parses a payload of MSSP. A repeated variable replaces the earlier one; bytes before the first variable are ignored. */
export function parseMssp(payload: Uint8Array): Map<string, string[]> {
  const variables = new Map<string, string[]>();
  let values: string[] | undefined;
  for (let at = 0; at < payload.length;) {
    const type = payload[at];
    let end = ++at;
    while (end < payload.length && payload[end] !== VAR && payload[end] !== VAL) end++;
    const text = new TextDecoder().decode(payload.subarray(at, end));
    if (type === VAR) variables.set(text, (values = []));
    else if (type === VAL) values?.push(text);
    at = end;
  }
  return variables;
}

/**
 * Encodes variables as a payload of MSSP.
 * @throws {RangeError} a name or value contains one of the characters U+0000 to U+0002
 */
export function encodeMssp(
  variables: ReadonlyMap<string, readonly string[]>,
): Uint8Array<ArrayBuffer> {
  let text = '';
  for (const [name, values] of variables) {
    for (const part of [name, ...values]) {
      // eslint-disable-next-line no-control-regex -- these separate the parts
      if (/[\0-\x02]/.test(part)) {
        throw new RangeError(
          `Cannot encode ${JSON.stringify(part)}: it must not contain U+0000 to U+0002`,
        );
      }
    }
    text += `\x01${name}${values.map((value) => `\x02${value}`).join('')}`;
  }
  return new TextEncoder().encode(text);
}
