/**
 * What the log says, one line an event. Text that a client chose stays on its line and can't steer a terminal.
 */
/** Shows a client's text: printable ASCII as it is, everything else escaped, cut at 200 characters. */
export function quote(text: string): string {
  const shown = text.slice(0, 200).replace(/[^\x20-\x7e]|["\\]/g, escapeCharacter);
  return `"${shown}"${text.length > 200 ? '...' : ''}`;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
