/** Whether the peer is alive: when to send a ping, when to answer one, and when to give up. */

/** Pings may arrive at any rate; answers are sent at most 10 times a second. */
const PONG_INTERVAL = 100;
/** How long the peer has to answer a ping (ms), normally and when there is reason for doubt. */
const PATIENCE = 10_000;
const PATIENCE_IN_DOUBT = 3000;
/** A timer that fires this late (ms) means that the page slept. */
const SLEPT = 2000;

export class Liveness {
  readonly #keepAlive: number;
  #heardAt = 0;
  #wantsPing = false;
  #pingNumber = 0;
  #pingAt = 0;
  /** When the first unanswered ping was sent, and how long the peer has to answer it. */
  #waitsSince = Infinity;
  #patience = PATIENCE;
  #hasSlept = false;
  #owed: number | undefined;
  #pongAt = -Infinity;
  /** The round-trip time of the latest ping (ms). */
  roundTripTime: number | undefined;

  /** @param keepAlive how many ms of silence before a ping is sent */
  constructor(keepAlive: number) {
    this.#keepAlive = keepAlive;
  }

  /** Begins on another WebSocket. */
  restart(now: number): void {
    this.heard(now);
    this.#owed = undefined;
    this.#wantsPing = false;
  }

  /** Any message is a sign of life. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#waitsSince = Infinity;
    this.#patience = PATIENCE;
    this.#hasSlept = false;
  }

  /** Asks for a ping now. */
  ping(): void {
    this.#wantsPing = true;
  }

  /** Asks for a ping now, and leaves the peer less time to answer it. */
  doubt(): void {
    if (this.#patience === PATIENCE_IN_DOUBT) return;
    this.#patience = PATIENCE_IN_DOUBT;
    this.#waitsSince = Infinity;
    this.#wantsPing = true;
  }

  /** A ping has arrived. Only the latest is answered. */
  pinged(number: number): void {
    this.#owed = number;
  }

  ponged(number: number, now: number): void {
    if (number === this.#pingNumber) this.roundTripTime = now - this.#pingAt;
  }

  get giveUpAt(): number {
    return this.#waitsSince + this.#patience;
  }

  /**
   * Whether the peer is dead, now that {@link giveUpAt} has passed. When a page wakes from sleep, the timer fires before
   * the messages that came meanwhile are delivered: then there is one more ping.
   */
  mayGiveUp(now: number): boolean {
    if (this.#hasSlept || now - this.giveUpAt <= SLEPT) return true;
    this.#hasSlept = true;
    this.#waitsSince = Infinity;
    this.#wantsPing = true;
    return false;
  }

  get pingDueAt(): number {
    if (this.#wantsPing) return -Infinity;
    return this.#waitsSince === Infinity ? this.#heardAt + this.#keepAlive : Infinity;
  }

  get pongDueAt(): number {
    return this.#owed === undefined ? Infinity : this.#pongAt + PONG_INTERVAL;
  }

  takePing(now: number): number {
    this.#wantsPing = false;
    this.#pingAt = now;
    this.#waitsSince = Math.min(this.#waitsSince, now);
    return ++this.#pingNumber;
  }

  takePong(now: number): number {
    const number = this.#owed!;
    this.#owed = undefined;
    this.#pongAt = now;
    return number;
  }
}
