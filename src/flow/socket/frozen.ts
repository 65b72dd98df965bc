/**
 * A frozen state as a string, for `sessionStorage`: a line of JSON, then one character for each byte: the unread bytes,
 * those that the peer has not confirmed, and the unsent ones.
 */
import { WebsockError } from '../../errors.js';
import type { FlowClientState } from '../client.js';

/** The most characters: browsers store 5 Mi of them for a site. */
const LENGTH_MAX = 4 * 1024 * 1024;
/** How many characters are made at once: more arguments would not fit on the stack. */
const PIECE = 8192;

/** The state that a socket continues from. */
export interface Frozen {
  readonly url: string;
  readonly state: FlowClientState;
  /** The bytes that had arrived and were not read. */
  readonly unread: Uint8Array<ArrayBuffer>;
  /** The bytes that were pushed and wait for room. */
  readonly unsent: Uint8Array<ArrayBuffer>;
}

/** @throws WebsockError `ERR_STATE` when it is too long */
export function formatFrozen({ url, state, unread, unsent }: Frozen): string {
  const { kept, ...outgoing } = state.outgoing;
  const lengths = [unread.length, kept.length];
  const head = JSON.stringify({ ...state, outgoing, url, lengths });
  const length = head.length + 1 + unread.length + kept.length + unsent.length;
  if (length > LENGTH_MAX) {
    const rule = `its state has ${length} characters, and at most ${LENGTH_MAX} can be stored`;
    throw new WebsockError('ERR_STATE', `Cannot freeze the socket: ${rule}`);
  }
  return `${head}\n${toText(unread)}${toText(kept)}${toText(unsent)}`;
}

/** @throws TypeError for a text that `formatFrozen` did not make */
export function parseFrozen(text: string): Frozen {
  try {
    const at = text.indexOf('\n');
    const { url, lengths, ...state } = JSON.parse(text.slice(0, at)) as FlowClientState & {
      readonly url: string;
      readonly lengths: readonly [unread: number, kept: number];
    };
    const bytes = toBytes(text.slice(at + 1));
    const keptAt = lengths[0];
    const unsentAt = keptAt + lengths[1];
    const outgoing = { ...state.outgoing, kept: bytes.subarray(keptAt, unsentAt) };
    const unread = bytes.subarray(0, keptAt);
    return { url, state: { ...state, outgoing }, unread, unsent: bytes.subarray(unsentAt) };
  } catch (cause) {
    throw new TypeError('Cannot thaw the socket: the text is not a state from freeze()', { cause });
  }
}

function toText(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += PIECE) {
    text += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return text;
}

const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));
