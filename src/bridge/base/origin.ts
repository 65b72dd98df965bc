/**
 * Origins and host names, each written the one way that they are compared in.
 */

/** Reads `scheme://host[:port]` and writes it the one way browsers do; `undefined` when it is anything else. */
export function parseOrigin(text: string | undefined): string | undefined {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/\\?#@*;,\s]+$/i.test(text ?? '') || !URL.canParse(text ?? '')) {
    return undefined;
  }
  const { protocol, host } = new URL(text ?? '');
  return `${protocol}//${host}`;
}

/** Reads a host name without port, or `*.` and one, in lower case; `undefined` when it is anything else. */
export function parseHostName(text: string): string | undefined {
  return /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(text) ? text.toLowerCase() : undefined;
}

/** The name in a Host header's value, in lower case; `undefined` for a value that is malformed. */
export function hostName(host: string): string | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}
