/**
 * Origins and host names, normalized so that they can be compared.
 */

/** Normalizes `scheme://host[:port]` to the form that browsers send; `undefined` for anything else. */
export function parseOrigin(text: string | undefined): string | undefined {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/\\?#@*;,\s]+$/i.test(text ?? '') || !URL.canParse(text ?? '')) {
    return undefined;
  }
  const { protocol, host } = new URL(text ?? '');
  return `${protocol}//${host}`;
}

/** Puts a host name without port, perhaps after `*.`, in lower case; `undefined` for anything else. */
export function parseHostName(text: string): string | undefined {
  return /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(text) ? text.toLowerCase() : undefined;
}

/** The host name in a Host header's value, in lower case; `undefined` for a malformed value. */
export function hostName(host: string): string | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}
