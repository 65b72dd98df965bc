/**
 * What the main process and its workers say to each other. A connection comes beside a message.
 */
import type { Claim, Tally } from '../../base/ledger.js';
import type { BridgeEvent } from '../../log/events.js';
import type { Bridge } from '../../bridge.js';

/** What a worker is told. */
export type ToWorker =
  /** The rules are those of its listener, by their name. */
  | { readonly type: 'connection'; readonly rules: string | undefined }
  | { readonly type: 'reload' }
  | { readonly type: 'close'; readonly drain: number; readonly lameDuck: number }
  | { readonly type: 'carried' | 'recall'; readonly id: number }
  | { readonly type: 'answer'; readonly id: number; readonly value: Answer };

/** What the main process is told. */
export type ToMain =
  /** It takes connections. */
  | { readonly type: 'ready' }
  /** How many connections it has taken, and how many of its own are over, since it last said so. */
  | { readonly type: 'moved'; readonly taken: number; readonly gone: number }
  | { readonly type: 'event'; readonly event: BridgeEvent; readonly carried: Bridge['carried'] }
  | { readonly type: 'carried'; readonly id: number; readonly carried: Bridge['carried'] }
  /** It has read its options again; or why not. */
  | { readonly type: 'reloaded'; readonly failure?: string }
  | { readonly type: 'warning'; readonly reason: string }
  /** It needs no connections any more. */
  | { readonly type: 'shut' }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  | { readonly type: 'left'; readonly place: number }
  /** It gives back the places that it kept. */
  | { readonly type: 'recalled'; readonly id: number; readonly places: readonly number[] };

/** What a worker asks of the ledger. */
export type Question =
  | { readonly about: 'enter'; readonly claims: readonly Claim[] }
  | { readonly about: 'failures' | 'use'; readonly key: string }
  | { readonly about: 'fail'; readonly key: string; readonly limit: number };

/** The ledger's answer: a place, the claim that is full, a tally, or whether it was the first use. */
export type Answer = { readonly place: number } | { readonly full: number } | Tally | boolean;
