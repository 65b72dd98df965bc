/**
 * What the log says, one line an event. Text that a client chose stays on its line and can't steer a terminal.
 */
/** Shows a client's text: printable ASCII as it is, everything else escaped, cut at 200 characters. */
export function quote(text: string): string {
  const shown = text.slice(0, 200).replace(/[^\x20-\x7e]|["\\]/g, escapeCharacter);
  return `"${shown}"${text.length > 200 ? '...' : ''}`;
}

/** A text that keeps to one line of printable ASCII: everything else is escaped. */
export function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What an exception says, without its class. */
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

/** The class and the code of an exception, as far as they are words. */
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

/** What an exception says. A user's code may throw anything, also what no text can be made of. */
export function messageOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'an exception without a message';
  }
}
