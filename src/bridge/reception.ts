/**
 * Takes each client that has come through the port to its target, or refuses it: WebSockets, and connections that are
 * carried as they are.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FLOW_PROTOCOL } from '../flow/message.js';
import { ABORTED, type Dialer, type Seat } from './access/dialer.js';
import { destroyOnError } from './base/destroy-on-error.js';
import { type Identity, identityOf } from './base/identity.js';
import { type Peer, peerOf } from './base/peer.js';
import type { Refusal } from './base/refusal.js';
import { readReconnection, RELAY_PROTOCOL } from './base/relay-v4.js';
import type { HeaderFields, RequestHead } from './base/request.js';
import type { Visitor } from './base/visitor.js';
import { chooseProtocol, comesBack } from './http/handshake.js';
import { GOING_AWAY } from './http/plain.js';
import type { RawRoute } from './listener-settings.js';
import type { Journal } from './log/journal.js';
import { ClientLink } from './session/flow/client-link.js';
import { RelayLink } from './session/flow/relay-link.js';
import { RawSession } from './session/raw-session.js';
import { Session } from './session/session.js';
import type { AnySession, Sessions } from './sessions.js';
import type { Settings } from './settings.js';

const BROKEN: Refusal = { status: 500, message: 'The bridge failed.' };
const TOO_MANY_RESUMES: Refusal = {
  status: 503,
  message: 'Too many clients are reconnecting at once.',
};
const NO_SESSION: Refusal = { status: 400, message: 'Expected a session and an offset.' };
const HALF_CLOSED: Refusal = {
  status: 400,
  message: 'The client half-closed the connection, which a WebSocket does not allow.',
};

/** What a reception works with. */
export interface ReceptionOptions {
  readonly settings: Settings;
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly dialer: Dialer;
  readonly isListening: () => boolean;
  /** Passes on a client that comes back to a session elsewhere; false if it comes back here. */
  readonly passOn?: ((url: string, client: Duplex, identity: Identity) => boolean) | undefined;
}

/** A client that waits, whatever it speaks. */
interface Client {
  readonly peer: Peer;
  /** What the log may tell of its request. */
  readonly fields?: HeaderFields;
  /** `seat` takes a place in the count that the session belongs to, once that is known; without it, no one asks. */
  dial(seat: Seat | undefined): ReturnType<Dialer['dial']>;
  /** Joins it with its target; not if it has left. */
  join(target: Socket, id: number): AnySession | undefined;
  /** Answers it if it can, and lets go of it. */
  refuse(refusal: Refusal): void;
}

/** Where clients wait until their target is connected. */
export class Reception {
  readonly #options: ReceptionOptions;
  #clients = 0;

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /** Numbers its clients on from those of another. */
  continueFrom(other: Reception): void {
    this.#clients = other.#clients;
  }

  /** Takes a visitor to its target, or to the session that it comes back to; or refuses it. */
  readonly receive = (visitor: Visitor): void => {
    const { settings, dialer, sessions } = this.#options;
    const { request } = visitor;
    if (comesBack(request, settings)) {
      void this.#receiveAgain(visitor);
      return;
    }
    const { peer, fields } = request;
    const protocol = chooseProtocol(request, settings);
    const isRelay = protocol === RELAY_PROTOCOL;
    void this.#lead({
      peer,
      fields,
      dial: (seat) => dialer.dial(visitor, seat, isRelay ? settings.relayTarget : undefined),
      join: (target, id) => {
        const client = visitor.accept(protocol);
        if (!client || (protocol !== FLOW_PROTOCOL && !isRelay))
          return client && new Session({ client, target, protocol }, settings);
        const link = new (isRelay ? RelayLink : ClientLink)(client, settings);
        return sessions.openFlow(id, { link, target, identity: this.#identityOf(request) });
      },
      refuse: (refusal) => visitor.refuse(refusal),
    });
  };

  /** Lets a visitor say to which session it comes back. Who may begin one is asked again, but not where it leads. */
  async #receiveAgain(visitor: Visitor): Promise<void> {
    const { settings, journal, sessions, dialer, passOn } = this.#options;
    const { request } = visitor;
    const { peer, fields } = request;
    const id = this.#number();
    const refuse = (refusal: Refusal) => {
      journal.refused(id, peer.name, fields, refusal);
      visitor.refuse(refusal);
    };
    const protocol = chooseProtocol(request, settings);
    const reconnection = protocol === RELAY_PROTOCOL ? readReconnection(request.path) : undefined;
    if (protocol === RELAY_PROTOCOL && !reconnection) {
      refuse(NO_SESSION);
      return;
    }
    const leave = sessions.resumable.enter();
    if (!leave) {
      refuse(TOO_MANY_RESUMES);
      return;
    }
    const admitted = await dialer.admit(visitor);
    const client = admitted === true && visitor.accept(protocol);
    const identity = this.#identityOf(request);
    if (client && !reconnection) {
      if (passOn?.(request.url, client, identity)) leave();
      else sessions.resumable.receive(client, identity, leave);
      return;
    }
    leave();
    if (client && reconnection) {
      sessions.resumable.reconnect(client, identity, reconnection);
      return;
    }
    if (admitted !== true && admitted !== ABORTED) refuse(admitted);
    else this.#left(id, visitor, peer);
  }

  /** Carries a connection to a target as it is, without HTTP. */
  carry(socket: Socket, { target: address, tls }: RawRoute): void {
    const { settings } = this.#options;
    const peer = peerOf(socket);
    const leave = new AbortController();
    const abort = () => leave.abort();
    void this.#lead({
      peer,
      dial: () => {
        destroyOnError(socket);
        socket.once('close', abort);
        return this.#options.dialer.connect(address, leave, tls, peer);
      },
      join: (target) => {
        socket.off('close', abort);
        return socket.destroyed ? undefined : new RawSession(socket, target, settings.rate);
      },
      refuse: () => socket.destroy(),
    });
  }

  #identityOf(request: RequestHead): Identity {
    const { key } = this.#options.settings.hosts.find(request.fields.hostName);
    return identityOf(request, key);
  }

  /** Asks about a plain request, where that is wanted. */
  async authorize(request: RequestHead): Promise<true | Refusal> {
    const { webAuth } = this.#options.settings.hosts.find(request.fields.hostName);
    return webAuth ? this.authenticate(request) : true;
  }

  /** Asks about a plain request as about one for a WebSocket. */
  async authenticate(request: RequestHead): Promise<true | Refusal> {
    const { dialer, journal } = this.#options;
    try {
      return await dialer.authenticate(request, new AbortController().signal);
    } catch (error) {
      journal.failed(error);
      return BROKEN;
    }
  }

  /** Notes that a request was refused before it got here. */
  readonly refused = ({ peer, fields }: RequestHead, refusal: Refusal): void =>
    this.#options.journal.refused(this.#number(), peer.name, fields, refusal);

  /** Each client that asks for a target has a number of its own. */
  #number(): number {
    this.#clients += 1;
    return this.#clients;
  }

  async #lead(client: Client): Promise<void> {
    const { settings, journal, sessions, isListening } = this.#options;
    const { peer, fields } = client;
    const asked = performance.now();
    const id = this.#number();
    const refuse = (refusal: Refusal) => {
      journal.refused(id, peer.name, fields, refusal);
      client.refuse(refusal);
    };
    const place = peer.excess ?? (await sessions.enter(peer));
    if (typeof place !== 'function') {
      refuse(place);
      return;
    }
    let leave = place;
    const seat: Seat = async (holder) => {
      const another = await sessions.enterAs(holder);
      if (typeof another !== 'function') return another;
      leave = () => {
        another();
        place();
      };
      return undefined;
    };
    const dialled = await client.dial(settings.maxSessionsPerToken > 0 ? seat : undefined);
    if (dialled !== ABORTED && 'target' in dialled) {
      const { target, address, dialTime } = dialled;
      const session = isListening() ? client.join(target, id) : undefined;
      if (session) {
        // Not awaited: while it lasts, this function would keep the request.
        void sessions.follow(session, { id, peer, target: address, leave, asked, dialTime });
        return;
      }
      target.destroy();
    }
    leave();
    if (dialled !== ABORTED && 'status' in dialled) refuse(dialled);
    else if (!isListening()) refuse(GOING_AWAY);
    else this.#left(id, client, peer);
  }

  /** A client has not waited. */
  #left(id: number, client: Pick<Client, 'refuse'>, { name }: Peer): void {
    this.#options.journal.write(() => ({ event: 'left', id, peer: name }));
    // It may have ended its half only, and would keep the rest of its connection.
    client.refuse(HALF_CLOSED);
  }
}
