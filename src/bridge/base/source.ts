/**
 * Where a bridge can listen.
 */
import type { Address } from './address.js';
import type { InheritedSource } from './inherited.js';
import type { UnixSource } from './unix.js';

/** A port or a socket, and the name of its rules. */
export type Source = (Address & Pick<UnixSource, 'rules'>) | UnixSource | InheritedSource;
