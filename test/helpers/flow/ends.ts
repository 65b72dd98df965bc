/** One end of the protocol by itself, for table-driven tests: its WebSocket and its application record what they are told. */
import {
  FlowClient,
  FlowServer,
  type FlowClientHost,
  type FlowClientSettings,
  type FlowClientState,
  type FlowEnding,
  type FlowInput,
  type FlowLink,
  type FlowServerHost,
  type FlowServerSettings,
} from '../../../src/flow/index.js';

export const SESSION = 'a'.repeat(22);

/** A WebSocket that records what was sent: control messages as objects, bytes as their count. */
export class Link implements FlowLink {
  isReady = true;
  readonly sent: unknown[] = [];
  readonly bytes: Uint8Array[] = [];
  closed: number | undefined;

  send(message: string | Uint8Array): void {
    this.sent.push(typeof message === 'string' ? JSON.parse(message) : message.length);
    if (typeof message !== 'string') this.bytes.push(message.slice());
  }

  close(code: number): void {
    this.closed = code;
  }

  /** What was sent since this was last read. */
  get news(): unknown[] {
    return this.sent.splice(0);
  }
}

/** An application and a clock. */
class Host implements FlowClientHost, FlowServerHost {
  time = 1000;
  wakeAt = Infinity;
  readonly told: string[] = [];
  readonly links: Link[] = [];
  readonly inputs: FlowInput[] = [];
  ending: FlowEnding | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;

  now = (): number => this.time;
  wall = (): number => this.time;
  wake(at: number): void {
    this.wakeAt = at;
  }
  dial(input: FlowInput, attempt: number, route: string | undefined): FlowLink {
    this.told.push(`dial ${attempt}${route === undefined ? '' : ` ${route}`}`);
    this.inputs.push(input);
    const link = new Link();
    this.links.push(link);
    return link;
  }
  data(bytes: Uint8Array): void {
    this.told.push(`data ${bytes.length}`);
    this.onData?.(bytes);
  }
  ended(leave: boolean): void {
    this.told.push(leave ? 'left' : 'ended');
  }
  writable(): void {
    this.told.push('writable');
  }
  suspended(code: number): void {
    this.told.push(`suspended ${code}`);
  }
  resumed(attempts: number): void {
    this.told.push(`resumed ${attempts}`);
  }
  opened(): void {
    this.told.push('opened');
  }
  closed(ending: FlowEnding): void {
    this.told.push(`closed ${ending.kind}`);
    this.ending = ending;
  }
  forgotten(): void {
    this.told.push('forgotten');
  }

  /** What the application was told since this was last read. */
  get news(): string[] {
    return this.told.splice(0);
  }
}

/** A client's end, with methods that act as its WebSocket. */
export class ClientEnd extends Host {
  readonly flow: FlowClient;

  constructor(settings: FlowClientSettings = {}, state?: FlowClientState) {
    super();
    const all = { name: 'I', retry: () => 100, ...settings };
    this.flow = state ? FlowClient.thaw(state, this, all) : new FlowClient(this, all);
  }

  get link(): Link {
    return this.links.at(-1)!;
  }

  get input(): FlowInput {
    return this.inputs.at(-1)!;
  }

  /** A control message arrives. */
  hear(message: object): this {
    this.input.message(JSON.stringify(message));
    return this;
  }

  /** Begins the session, and clears the records of that. */
  begin(session: object = {}): this {
    this.flow.open();
    this.input.opened();
    this.hear({ session: SESSION, linger: 60_000, limit: 1_000_000, ...session });
    return this.quiet();
  }

  /** Loses the WebSocket and opens the next. */
  redial(code = 1006): this {
    this.input.closed(code);
    this.pass(100);
    this.input.opened();
    return this;
  }

  quiet(): this {
    this.told.length = this.link.sent.length = 0;
    return this;
  }

  pass(time: number): this {
    this.time += time;
    this.flow.tick();
    return this;
  }
}

/** A server's end, with methods that act as its WebSockets. */
export class ServerEnd extends Host {
  readonly flow: FlowServer;

  constructor(settings: FlowServerSettings = {}) {
    super();
    this.flow = new FlowServer(this, { name: SESSION, linger: 60_000, ...settings });
  }

  get link(): Link {
    return this.links.at(-1)!;
  }

  get input(): FlowInput {
    return this.inputs.at(-1)!;
  }

  hear(message: object): this {
    this.input.message(JSON.stringify(message));
    return this;
  }

  /** Begins the session, hears from its client, and clears the records of that. */
  begin(): this {
    const link = new Link();
    this.links.push(link);
    this.inputs.push(this.flow.accept(link));
    this.hear({ received: 0, limit: 1_000_000 });
    this.told.length = link.sent.length = 0;
    return this;
  }

  quiet(): this {
    this.told.length = this.link.sent.length = 0;
    return this;
  }

  /** A resume arrives over another WebSocket. @returns the close code if it was refused */
  resume(message: object): number | undefined {
    const link = new Link();
    const all = { resume: SESSION, try: 1, by: 'I', received: 0, limit: 65_536, ...message };
    const answer = this.flow.resume(all, link);
    if (typeof answer === 'number') return answer;
    this.links.push(link);
    this.inputs.push(answer);
    return undefined;
  }

  pass(time: number): this {
    this.time += time;
    this.flow.tick();
    return this;
  }
}
