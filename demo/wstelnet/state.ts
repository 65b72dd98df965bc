/** Where a connection is in its life. */
export type SessionState = 'connecting' | 'open' | 'closing' | 'closed';
