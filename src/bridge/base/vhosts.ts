/**
 * Hosts that share a port, each with names of its own.
 */

/** Finds the host that a client asks for. */
export class Vhosts<Host extends { readonly names: ReadonlySet<string> }> {
  readonly #first: Host;
  readonly #named = new Map<string, Host>();

  /** The first host also gets whatever matches none. Throws a RangeError if two hosts have the same name. */
  constructor(first: Host, others: readonly Host[]) {
    this.#first = first;
    for (const host of [first, ...others]) {
      for (const name of host.names) {
        if (this.#named.has(name)) throw new RangeError(`Cannot use the name ${name} twice`);
        this.#named.set(name, host);
      }
    }
  }

  /** Finds the host for a name without port: by the name itself, else by a `*` in place of its first label, else the first. */
  find(name = ''): Host {
    const text = name.toLowerCase();
    return this.#named.get(text) ?? this.#named.get(text.replace(/^[^.]+/, '*')) ?? this.#first;
  }

  /** Each host once, the first one first. */
  [Symbol.iterator](): Iterator<Host> {
    return new Set([this.#first, ...this.#named.values()]).values();
  }
}
