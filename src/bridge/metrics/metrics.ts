/**
 * Counts the events of a bridge as metrics for Prometheus to scrape. Clients can't make up label values, so the number of
 * time series is bounded.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BridgeEvent, Closed, Opened } from '../log/events.js';

/** Bytes sent to the targets (`up`) and to the clients (`down`). */
export interface Carried {
  readonly up: number;
  readonly down: number;
}

/** The buckets of latencies, in seconds: from a target on the same machine to one that is about to time out. */
const LATENCIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** The buckets of durations, in seconds: from a single request and its answer to a desktop that stays open for days. */
const DURATIONS = [0.1, 1, 10, 60, 300, 1_800, 3_600, 4 * 3_600, 12 * 3_600, 24 * 3_600];

/** The metrics of one bridge. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #open = this.#gauge('sessions_open', 'Open sessions.');
  readonly #ended = this.#counter(
    'sessions_total',
    'Sessions that have ended, by close code.',
    'code',
  );
  readonly #waiting = this.#gauge(
    'sessions_suspended',
    'Sessions of the flow protocol that are waiting for their clients.',
  );
  readonly #suspended = this.#counter('suspended_total', 'Sessions that lost their WebSocket.');
  readonly #resumed = this.#counter('resumed_total', 'Sessions whose client came back.');
  readonly #expired = this.#counter('expired_total', 'Sessions whose client did not come back.');
  /** The ids of the suspended sessions. */
  readonly #suspendedIds = new Set<number>();
  readonly #refusals = this.#counter(
    'refusals_total',
    'Connections and requests that were refused, by HTTP status and kind of reason.',
    'status',
    'reason',
  );
  readonly #answers = this.#counter(
    'requests_total',
    'Plain requests that were answered, by HTTP status.',
    'status',
  );
  readonly #left = this.#counter('left_total', 'Clients that left before they got an answer.');
  readonly #errors = this.#counter('errors_total', 'Errors outside sessions.');
  readonly #stalled = this.#counter(
    'stalled_seconds_total',
    'Time that one side of an ended session waited for the other to accept more.',
    'direction',
  );
  readonly #dials = this.#histogram(
    'dial_seconds',
    'Time taken to connect to a target.',
    LATENCIES,
  );
  readonly #handshakes = this.#histogram(
    'handshake_seconds',
    "Time from a client's request to its answer: authentication, finding the target and connecting to it.",
    LATENCIES,
  );
  readonly #durations = this.#histogram('session_seconds', 'Duration of sessions.', DURATIONS);

  /** `carried` returns the bytes of all sessions so far, including open ones. */
  constructor(carried: () => Carried | Promise<Carried>) {
    const name = 'websock_bridge_bytes_total';
    const help = 'Bytes forwarded to targets (up) and to clients (down).';
    const bytes = new Counter({
      name,
      help,
      labelNames: ['direction'],
      registers: [this.#registry],
      collect: async () => {
        const sums = Object.entries(await carried());
        bytes.reset();
        for (const [direction, count] of sums) bytes.inc({ direction }, count);
      },
    });
    collectDefaultMetrics({ register: this.#registry });
    // Prometheus counts an increase only from a sample that it has seen, so both directions begin at 0.
    for (const direction of ['up', 'down']) this.#stalled.inc({ direction }, 0);
  }

  /** The media type of `text`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Counts an event. */
  count(event: BridgeEvent): void {
    switch (event.event) {
      case 'opened':
        this.#opened(event);
        break;
      case 'closed':
        this.#closed(event);
        break;
      case 'suspended':
        this.#suspended.inc();
        this.#wait(event.id, true);
        break;
      case 'resumed':
        this.#resumed.inc();
        this.#wait(event.id, false);
        break;
      case 'expired':
        this.#expired.inc();
        break;
      case 'refused':
        this.#refusals.inc({ status: event.status, reason: event.kind });
        break;
      case 'answered':
        this.#answers.inc({ status: event.status });
        break;
      case 'left':
        this.#left.inc();
        break;
      case 'error':
        this.#errors.inc();
        break;
    }
  }

  /** All metrics, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #opened({ dialTime, handshakeTime }: Opened): void {
    this.#open.inc();
    this.#dials.observe(dialTime / 1_000);
    this.#handshakes.observe(handshakeTime / 1_000);
  }

  #wait(id: number, isSuspended: boolean): void {
    if (isSuspended) this.#suspendedIds.add(id);
    else this.#suspendedIds.delete(id);
    this.#waiting.set(this.#suspendedIds.size);
  }

  #closed({ id, code, duration, stalledUp, stalledDown }: Closed): void {
    this.#open.dec();
    this.#wait(id, false);
    this.#ended.inc({ code: labelOf(code) });
    this.#durations.observe(duration / 1_000);
    this.#stalled.inc({ direction: 'up' }, stalledUp / 1_000);
    this.#stalled.inc({ direction: 'down' }, stalledDown / 1_000);
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `websock_bridge_${name}`, help, registers: [this.#registry] });
  }

  #counter<L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> {
    const registers = [this.#registry];
    return new Counter({ name: `websock_bridge_${name}`, help, labelNames, registers });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    const registers = [this.#registry];
    return new Histogram({ name: `websock_bridge_${name}`, help, buckets, registers });
  }
}

/** The codes of RFC 6455 have a label each; the 2,000 others that a client may send share one. */
function labelOf(code: number): string {
  return code >= 1000 && code <= 1015 ? String(code) : 'other';
}
