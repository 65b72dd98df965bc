/**
 * The messages between the main process and its workers. A connection is passed along with its message.
 */
import type { Claim, Tally } from '../../base/ledger.js';
import type { BridgeEvent } from '../../log/events.js';
import type { Bridge } from '../../bridge.js';

/** A message to a worker. */
export type ToWorker =
  /** A connection, to be served by its listener's rules of that name. */
  | { readonly type: 'connection'; readonly rules: string | undefined }
  | { readonly type: 'reload' }
  | { readonly type: 'close'; readonly drain: number; readonly lameDuck: number }
  | { readonly type: 'carried' | 'recall'; readonly id: number }
  | { readonly type: 'answer'; readonly id: number; readonly value: Answer };

/** A message to the main process. */
export type ToMain =
  /** The worker can take connections. */
  | { readonly type: 'ready' }
  /** How many connections the worker has taken, and how many of its connections have closed, since the last such message. */
  | { readonly type: 'moved'; readonly taken: number; readonly gone: number }
  | { readonly type: 'event'; readonly event: BridgeEvent; readonly carried: Bridge['carried'] }
  | { readonly type: 'carried'; readonly id: number; readonly carried: Bridge['carried'] }
  /** The worker has reread its options, or could not, for this reason. */
  | { readonly type: 'reloaded'; readonly failure?: string }
  | { readonly type: 'warning'; readonly reason: string }
  /** The worker needs no more connections. */
  | { readonly type: 'shut' }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  | { readonly type: 'left'; readonly place: number }
  /** The worker returns the places that it kept. */
  | { readonly type: 'recalled'; readonly id: number; readonly places: readonly number[] };

/** A worker's question to the ledger. */
export type Question =
  | { readonly about: 'enter'; readonly claims: readonly Claim[] }
  | { readonly about: 'failures' | 'use'; readonly key: string }
  | { readonly about: 'fail'; readonly key: string; readonly limit: number };

/** The ledger's answer: a place, the index of the claim that is full, a tally, or whether it was the first use. */
export type Answer = { readonly place: number } | { readonly full: number } | Tally | boolean;
