/** An application over a state machine in a {@link World}: it pushes its stream, reads the other's, and checks every byte. */
import type { FlowClient, FlowEnding, FlowHost, FlowServer } from '../../../src/flow/index.js';
import type { World } from './world.js';

/** When an end's timers run: on time, once a minute as in a hidden tab, or never. */
export type Timers = 'live' | 'slow' | 'dead';

export const MIB = 1024 * 1024;

/** Every stream is a prefix of these bytes. */
export const STREAM: Uint8Array = (() => {
  const bytes = new Uint8Array(8 * MIB);
  for (let offset = 0; offset < bytes.length; offset += 65_536) {
    crypto.getRandomValues(bytes.subarray(offset, offset + 65_536));
  }
  return bytes;
})();

export interface PeerPlan {
  /** How many bytes it sends, and whether it then stops reading. */
  readonly length: number;
  readonly leaves: boolean;
  /** The largest push (bytes), and the longest pause between two pushes (ms). */
  readonly piece: number;
  readonly pace: number;
  /** How long it leaves bytes unread at most (ms); 0: it reads them as they arrive. */
  readonly idle: number;
  /** How many bytes each read takes; 0: whatever has arrived. */
  readonly reads: number;
  readonly timers: Timers;
  readonly window: number;
}

export class Peer implements FlowHost {
  readonly world: World;
  readonly plan: PeerPlan;
  flow!: FlowClient | FlowServer;
  /** How many bytes it has read, and how many are still unread. */
  position = 0;
  unread = 0;
  isEnded = false;
  isLeft = false;
  ending: FlowEnding | undefined;
  isStopped = false;
  suspensions = 0;
  resumes = 0;
  mostUnread = 0;
  mostUnconfirmed = 0;
  #willRead = false;
  #willWrite = false;
  #wakeAt = Infinity;

  constructor(world: World, plan: PeerPlan) {
    this.world = world;
    this.plan = plan;
  }

  now(): number {
    return this.world.now;
  }

  wall(): number {
    return this.world.now;
  }

  wake(at: number): void {
    const { timers } = this.plan;
    if (timers === 'dead') return;
    const due = timers === 'slow' ? Math.ceil((at + 1) / 60_000) * 60_000 : at;
    this.#wakeAt = due;
    this.world.after(due - this.now(), () => {
      if (this.#wakeAt !== due || this.isStopped) return;
      this.#wakeAt = Infinity;
      this.flow.tick();
    });
  }

  data(bytes: Uint8Array): void {
    const at = this.position + this.unread;
    if (Buffer.compare(bytes, STREAM.subarray(at, at + bytes.length)) !== 0) {
      throw new Error(`Bytes differ from those sent, from offset ${at}`);
    }
    if (this.isEnded) throw new Error('bytes after the end');
    this.unread += bytes.length;
    this.mostUnread = Math.max(this.mostUnread, this.unread);
    this.#read();
  }

  #read(): void {
    const { idle } = this.plan;
    if (idle === 0) return this.#readNow();
    if (this.#willRead) return undefined;
    this.#willRead = true;
    this.world.after(this.world.random.below(idle), () => {
      this.#willRead = false;
      if (!this.isStopped) this.#readNow();
    });
    return undefined;
  }

  #readNow(): void {
    const { reads } = this.plan;
    const isEnough = this.unread >= reads || this.isEnded;
    if (isEnough) {
      const taken = reads && !this.isEnded ? this.unread - (this.unread % reads) : this.unread;
      this.position += taken;
      this.unread -= taken;
    }
    this.flow.allow(this.unread, reads);
  }

  ended(leave: boolean): void {
    this.isEnded = true;
    this.isLeft = leave;
    this.#readNow();
  }

  writable(): void {
    this.write();
  }

  /** Pushes its stream piece by piece while there is room, and then the end. */
  write(): void {
    if (this.isStopped || this.#willWrite) return;
    const { flow, plan } = this;
    const { bytesSent } = flow;
    if (bytesSent >= plan.length) return flow.end(plan.leaves);
    if (flow.room === 0) return undefined;
    const piece = 1 + this.world.random.below(plan.piece);
    this.#willWrite = true;
    flow.push(STREAM.subarray(bytesSent, Math.min(plan.length, bytesSent + piece)));
    this.mostUnconfirmed = Math.max(this.mostUnconfirmed, flow.unconfirmed);
    this.world.after(this.world.random.below(plan.pace), () => {
      this.#willWrite = false;
      this.write();
    });
    return undefined;
  }

  /** Continues after `stop()`, beginning with the unread bytes. */
  goOn(): void {
    this.isStopped = this.#willRead = this.#willWrite = false;
    this.flow.tick();
    this.#read();
    this.write();
  }

  /** Stops everything, as if its page were gone. */
  stop(): void {
    this.isStopped = true;
  }

  suspended(): void {
    this.suspensions++;
  }

  resumed(): void {
    this.resumes++;
  }

  closed(ending: FlowEnding): void {
    if (this.ending) throw new Error('closed twice');
    this.ending = ending;
  }
}
