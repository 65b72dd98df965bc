/**
 * Where a connection is in its life; `suspended`: it goes on when the network is back; `waiting`: it was lost, and is about to be
 * made again.
 */
export type SessionState = 'connecting' | 'open' | 'suspended' | 'closing' | 'closed' | 'waiting';
