/**
 * The state of a connection. `suspended`: it continues when the network is back; `waiting`: it was lost, and another attempt
 * is planned.
 */
export type SessionState = 'connecting' | 'open' | 'suspended' | 'closing' | 'closed' | 'waiting';
