/**
 * Connects each client that has come through the port to its target, or refuses it: WebSockets, and raw connections, which
 * are carried as they are.
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
const NO_SESSION: Refusal = {
  status: 400,
  message: 'Expected a session (sid) and an offset (ack) in the query.',
};
const HALF_CLOSED: Refusal = {
  status: 400,
  message: 'The client half-closed the connection, which a WebSocket does not allow.',
};

/** The options of a reception. */
export interface ReceptionOptions {
  readonly settings: Settings;
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly dialer: Dialer;
  readonly isListening: () => boolean;
  /** Passes on a client that comes back to a session of another process; false if there is none. */
  readonly passOn?: ((url: string, client: Duplex, identity: Identity) => boolean) | undefined;
}

/** A client that waits for its target, with or without HTTP. */
interface Client {
  readonly peer: Peer;
  /** The headers of its request, for the log. */
  readonly fields?: HeaderFields;
  /**
   * Connects to its target. `seat` takes a place among the sessions of its token or user, once that is known; undefined if
   * those have no limit.
   */
  dial(seat: Seat | undefined): ReturnType<Dialer['dial']>;
  /** Joins it with its target; returns undefined if it has left. */
  join(target: Socket, id: number): AnySession | undefined;
  /** Answers it if possible, and drops it. */
  refuse(refusal: Refusal): void;
}

/** Where clients wait until their target is connected. */
export class Reception {
  readonly #options: ReceptionOptions;
  #clients = 0;

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /** Continues the numbering of another reception's clients. */
  continueFrom(other: Reception): void {
    this.#clients = other.#clients;
  }

  /** Connects a visitor to its target, or to the session that it comes back to; or refuses it. */
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

  /** Receives a visitor that comes back to a session. It is authenticated again, but its target is not looked up again. */
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

  /** Forwards a raw connection to a target as it is, without HTTP. */
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

  /** Authenticates a plain request, if its host wants that (`webAuth`). */
  async authorize(request: RequestHead): Promise<true | Refusal> {
    const { webAuth } = this.#options.settings.hosts.find(request.fields.hostName);
    return webAuth ? this.authenticate(request) : true;
  }

  /** Authenticates a plain request like one for a WebSocket. */
  async authenticate(request: RequestHead): Promise<true | Refusal> {
    const { dialer, journal } = this.#options;
    try {
      return await dialer.authenticate(request, new AbortController().signal);
    } catch (error) {
      journal.failed(error);
      return BROKEN;
    }
  }

  /** Logs a request that was refused before it got here. */
  readonly refused = ({ peer, fields }: RequestHead, refusal: Refusal): void =>
    this.#options.journal.refused(this.#number(), peer.name, fields, refusal);

  /** Makes the number of the next client that asks for a target. */
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
        // Not awaited: this function would keep the request in memory for as long as the session lasts.
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

  /** Logs that a client left before it was answered. */
  #left(id: number, client: Pick<Client, 'refuse'>, { name }: Peer): void {
    this.#options.journal.write(() => ({ event: 'left', id, peer: name }));
    // It may have ended only its own half, which would leave the connection open.
    client.refuse(HALF_CLOSED);
  }
}
