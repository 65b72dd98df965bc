/**
 * The entrance of the listeners that share a set of rules: limits, protocol detection and TLS between the port and HTTP.
 */
import type { Socket } from 'node:net';
import { Limits } from './base/limits.js';
import type { Peer } from './base/peer.js';
import type { Refusal } from './base/refusal.js';
import { type H1Options, H1Server } from './http/h1.js';
import { type H2Options, H2Server } from './http/h2.js';
import type { Journal } from './log/journal.js';
import { Gate } from './port/gate.js';
import { Router } from './port/router.js';
import { TlsGate } from './port/tls.js';
import type { Reception } from './reception.js';
import type { Sessions } from './sessions.js';
import type { Settings } from './settings.js';

/** The settings of an entrance, and the parts of the bridge that it leads to. */
export interface EntranceOptions {
  /** The bridge's settings, with the rules of these listeners. */
  readonly settings: Settings;
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly reception: Reception;
  readonly isListening: () => boolean;
  readonly isReady: () => boolean;
}

/** Takes connections from the listeners that share a set of rules. */
export class Entrance {
  readonly #options: EntranceOptions;
  readonly #http1: H1Server;
  readonly #http2: H2Server | undefined;
  readonly #gate: Gate;

  /** Throws an OptionError for a certificate that can't be used. */
  constructor(options: EntranceOptions) {
    const { settings, journal, sessions, reception } = options;
    this.#options = options;
    const http: H1Options & H2Options = {
      ...settings,
      authorize: (request) => reception.authorize(request),
      authenticate: (request) => reception.authenticate(request),
      isListening: options.isListening,
      isReady: options.isReady,
      onVisitor: reception.receive,
      redirectsToTls: settings.tls?.redirectHttp ?? false,
      onAnswered: (head, answer) => journal.answered(head, answer),
      onRefused: reception.refused,
      onMalformed: this.#refused,
    };
    this.#http1 = new H1Server(http);
    this.#http2 = settings.http2 ? new H2Server(http) : undefined;
    this.#gate = new Gate({
      ...settings,
      limits: new Limits('connection', settings, settings.ledger),
      speaksPlainly: !settings.tls && !settings.raw,
      hasResumable: () => sessions.resumable.hasLive,
      open: this.#openRouter().open,
      onRefused: this.#refused,
    });
  }

  /** Takes a connection. */
  admit(socket: Socket): void {
    this.#gate.admit(socket);
  }

  /** Accepts no more requests. */
  close(): void {
    this.#http1.close();
    this.#http2?.close();
  }

  /** Drops the connections that have sent nothing yet, such as those that browsers open in advance. */
  destroySilent(): void {
    this.#gate.destroySilent();
  }

  /** Drops every connection. */
  destroy(): void {
    this.#gate.destroy();
  }

  #openRouter(): Router {
    const { settings, journal, reception } = this.#options;
    const { tls, hosts, raw, fallback, silenceTimeout } = settings;
    const http2 = this.#http2;
    const router: Router = new Router({
      tls:
        tls &&
        new TlsGate({
          tls,
          hosts,
          alpn: http2 ? ['h2', 'http/1.1'] : raw ? [] : ['http/1.1'],
          onConnection: (socket) => router.openSecure(socket),
          onError: (reason) => journal.failed(reason),
        }),
      serveHttp1: this.#http1.serve.bind(this.#http1),
      serveHttp2: http2 && http2.serve.bind(http2),
      raw: raw && ((socket) => reception.carry(socket, raw)),
      fallback: fallback && ((socket) => reception.carry(socket, fallback)),
      silenceTimeout,
      onRefused: this.#refused,
    });
    return router;
  }

  readonly #refused = (peer: Peer, refusal: Refusal): void =>
    this.#options.journal.refused(0, peer.name, undefined, refusal);
}
