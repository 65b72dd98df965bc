/** A client and a server in a {@link World}, and the network that cuts the WebSockets between them. */
import {
  FlowClient,
  FlowServer,
  receiveResume,
  type FlowClientHost,
  type FlowClientState,
  type FlowEnding,
  type FlowInput,
  type FlowLink,
  type FlowServerHost,
} from '../../../src/flow/index.js';
import { Peer, type PeerPlan } from './peer.js';
import { CUTS, Wire } from './wire.js';
import type { World } from './world.js';

export class ServerPeer extends Peer implements FlowServerHost {
  declare flow: FlowServer;
  isForgotten = false;

  constructor(world: World, plan: PeerPlan, linger: number) {
    super(world, plan);
    this.flow = new FlowServer(this, { window: plan.window, linger });
  }

  forgotten(): void {
    this.isForgotten = true;
  }

  /** Finds the session that a resume names. */
  readonly find = (name: string): FlowServer | undefined =>
    name === this.flow.name && !this.isForgotten ? this.flow : undefined;
}

export class ClientPeer extends Peer implements FlowClientHost {
  declare flow: FlowClient;
  readonly #network: Network;
  wire: Wire | undefined;
  isOpen = false;
  /** Whether it had no WebSocket when it was told of the end. */
  hasParted = false;

  constructor(network: Network, plan: PeerPlan, from?: ClientPeer, state?: FlowClientState) {
    super(network.world, plan);
    this.#network = network;
    const settings = { window: plan.window };
    this.flow = state ? FlowClient.thaw(state, this, settings) : new FlowClient(this, settings);
    if (!from) return;
    this.position = from.position;
    this.unread = from.unread;
    this.isEnded = from.isEnded;
    this.isOpen = true;
  }

  dial(input: FlowInput, attempt: number): FlowLink {
    this.wire = this.#network.connect(input, attempt);
    return this.wire.client;
  }

  override closed(ending: FlowEnding): void {
    super.closed(ending);
    this.hasParted = this.flow.isSuspended;
  }

  opened(): void {
    this.isOpen = true;
    this.write();
  }
}

/** How the network behaves. */
export interface NetworkPlan {
  /** How often it cuts, and how long a WebSocket lives at most before a cut (ms). */
  readonly cuts: number;
  readonly life: number;
  /** One in this many reconnects fails to open; 0: all succeed. */
  readonly refuses: number;
}

export class Network {
  readonly world: World;
  readonly server: ServerPeer;
  readonly wires: Wire[] = [];
  #plan: NetworkPlan;
  #cuts: number;
  /** Called for each new WebSocket. */
  onWire: ((wire: Wire, attempt: number) => void) | undefined;

  constructor(world: World, server: ServerPeer, plan: NetworkPlan) {
    this.world = world;
    this.server = server;
    this.#plan = plan;
    this.#cuts = plan.cuts;
  }

  connect(input: FlowInput, attempt: number): Wire {
    const { world, server } = this;
    const { random } = world;
    const wire = new Wire(world);
    wire.client.input = input;
    this.wires.push(wire);
    // If its first message is lost, a session never exists: the table tests cover that.
    const isCut = this.#cuts > 0 && attempt > 0 && this.#plan.refuses > 0;
    if (isCut && random.oneIn(this.#plan.refuses)) {
      world.after(random.below(300), () => wire.client.tellClosed(1006));
      return wire;
    }
    this.onWire?.(wire, attempt);
    world.after(random.below(100), () => {
      if (wire.client.isClosed) return;
      const link = wire.server;
      if (attempt === 0) wire.server.input = server.flow.accept(link);
      else wire.server.input = receiveResume(link, server.find);
      if (attempt === 0) server.write();
      input.opened();
      if (this.#cuts === 0) return;
      // A server that has not yet heard from its client soon forgets the session.
      if (attempt === 0) wire.server.onMessage = () => this.#cutLater(wire);
      else this.#cutLater(wire);
    });
    return wire;
  }

  #cutLater(wire: Wire): void {
    const { random } = this.world;
    wire.server.onMessage = undefined;
    this.#cuts--;
    this.world.after(random.below(this.#plan.life), () => wire.cut(random.pick(CUTS)));
  }
}
