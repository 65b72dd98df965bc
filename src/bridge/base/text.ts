/**
 * Text for the log, which has one line per event: text from a client can neither break a line nor control a terminal.
 */
/** Shows a client's text: printable ASCII as it is, everything else escaped, cut at 200 characters. */
export function quote(text: string): string {
  const shown = text.slice(0, 200).replace(/[^\x20-\x7e]|["\\]/g, escapeCharacter);
  return `"${shown}"${text.length > 200 ? '...' : ''}`;
}

/** Escapes everything but printable ASCII, so that a text stays on one line. */
export function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** An exception's message, without its class. */
export function plainMessageOf(error: unknown): string {
  return error instanceof Error ? String(error.message) : messageOf(error);
}

/** What identifies an exception to a program. */
export interface ErrorFacts {
  /** Its class. */
  readonly name?: string;
  /** Its code, such as `ECONNREFUSED`. */
  readonly code?: string;
}

/** An exception's class and code, each only if it is a single word. */
export function factsOf(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return {};
  const { name, code } = error as NodeJS.ErrnoException;
  return {
    ...(isWord(name) && { name }),
    ...(isWord(code) && { code }),
  };
}

function isWord(text: unknown): text is string {
  return typeof text === 'string' && /^[\w.-]{1,64}$/.test(text);
}

/** An exception as text. User code may throw anything, even a value that can't be converted to text. */
export function messageOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'an exception without a message';
  }
}
