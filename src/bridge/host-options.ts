/**
 * The options that each host on a port can have for itself.
 */
import { readTarget, type Target } from './base/address.js';
import type { Authenticate, TargetSource } from './access/contracts.js';
import type { Destination } from './access/dialer.js';
import { attempt, inside, OptionError, required } from './base/option-error.js';
import { parseHostName, parseOrigin } from './base/origin.js';
import { isSocketPath, SOCKET_PATH_RULE } from './base/unix.js';
import { Vhosts } from './base/vhosts.js';
import { serveFiles } from './http/static.js';
import type { WebHost } from './http/web-host.js';
import type { CertificateFiles } from './port/tls-context.js';

/** The options that each host on a port can have for itself. */
export interface HostOptions {
  /** The address that every WebSocket is forwarded to, or a function that chooses one for each. */
  readonly target: Target | TargetSource;
  /** Called for each WebSocket, before its target is looked up. */
  readonly authenticate?: Authenticate | undefined;
  /** A directory whose files are served to plain GET and HEAD requests. Without it, these get 405. */
  readonly web?: string | undefined;
  /** Other origins whose pages may show the pages of `web` in a frame. Default: none, which prevents clickjacking. */
  readonly allowFrames?: readonly string[] | undefined;
  /** Whether `authenticate` is called for plain requests as well. */
  readonly webAuth?: boolean | undefined;
  /** Other origins whose pages may connect, each as `https://app.example` or `https://app.example:8443`. */
  readonly allowOrigins?: readonly string[] | undefined;
}

/** Another host on the same port. Options that are not set here default to the bridge's own. */
export interface VhostOptions extends Omit<HostOptions, 'target'> {
  /** Its names, each as `vnc.example`, or `*.vnc.example` for any first label. */
  readonly names: readonly string[];
  /** Its target. Default: the bridge's own. */
  readonly target?: Target | TargetSource | undefined;
  /** Its certificate. Default: the bridge's own. */
  readonly tls?: CertificateFiles | undefined;
}

/** A host: its options, checked and complete. */
export interface Host extends WebHost, Destination {
  /** Identifies it among the hosts, even after a reload of the options; empty for the first one. */
  readonly key: string;
  readonly webAuth: boolean;
  readonly certificate: CertificateFiles | undefined;
}

/** Checks the hosts of a bridge: that of its own options, named by `allowHosts`, and the `vhosts`. Throws an OptionError. */
export function readHosts(
  options: HostOptions & { readonly allowHosts?: readonly string[] | undefined },
  vhosts: readonly VhostOptions[],
): Vhosts<Host> {
  const names = readNames('allowHosts', options.allowHosts);
  const first: Host = { ...readHost(options), key: '', names, certificate: undefined };
  const others = vhosts.map((vhost, index) =>
    inside(`vhosts.${index}`, () => {
      if (vhost.names.length === 0) {
        throw new OptionError('names', 'Cannot use a host without a name');
      }
      const own = readHost({ ...options, ...vhost, target: vhost.target ?? options.target });
      const key = vhost.names.join();
      return { ...own, key, names: readNames('names', vhost.names), certificate: vhost.tls };
    }),
  );
  return attempt('vhosts', () => new Vhosts(first, others));
}

function readHost(options: HostOptions): Omit<Host, 'key' | 'names' | 'certificate'> {
  const { target, authenticate = () => true, web, webAuth = false } = options;
  const origins = readOrigins('allowOrigins', options.allowOrigins);
  const frames = readOrigins('allowFrames', options.allowFrames);
  return {
    target: readTargetSource(target),
    authenticate,
    knowsUsers: options.authenticate !== undefined,
    files: web === undefined ? undefined : attempt('web', () => serveFiles(web, frames)),
    webAuth: webAuth && readWebAuth(options),
    origins: new Set(origins),
  };
}

/** Checks a target that does not depend on the request. Throws an OptionError. */
export function readFixedTarget(option: string, target: Target): Target {
  const only = attempt(option, () => readTarget(target));
  if ('path' in only && !isSocketPath(only.path)) {
    const message = `Cannot connect to unix:${only.path}: ${SOCKET_PATH_RULE}`;
    throw new OptionError(option, message);
  }
  return only;
}

/** Turns a fixed target into a function. */
function readTargetSource(target: Target | TargetSource): TargetSource {
  if (typeof target === 'function') return target;
  const only = readFixedTarget('target', target);
  return () => only;
}

function readNames(option: string, texts: readonly string[] = []): ReadonlySet<string> {
  const names = texts.map((text) => {
    const rule = 'a host is a name without scheme or port';
    const message = `Cannot allow the host "${text}": ${rule}`;
    return required(option, parseHostName(text), message);
  });
  return new Set(names);
}

function readOrigins(option: string, texts: readonly string[] = []): string[] {
  return texts.map((text) => {
    const rule = 'an origin is scheme://host[:port], without a path or wildcard';
    const message = `Cannot allow the origin "${text}": ${rule}`;
    return required(option, parseOrigin(text), message);
  });
}

/** With `webAuth` but no authentication, the files would be open to everyone. */
function readWebAuth({ web, authenticate }: HostOptions): true {
  if (web !== undefined && authenticate) return true;
  const rule = web === undefined ? 'no files are served' : 'no authentication is configured';
  throw new OptionError('webAuth', `Cannot require authentication for files: ${rule}`);
}
