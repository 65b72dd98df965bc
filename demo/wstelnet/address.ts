/** The addresses to connect to: the page's own, the one in its parameters, and recent ones. */
import { load, save } from './storage.js';

export interface Address {
  host: string;
  port: string;
  path: string;
  encrypt: boolean;
  charset: string;
}

const DEFAULT_CHARSET = 'UTF-8';
const KEY = 'wstelnet.recent';
const RECENT_MAX = 10;

/** The bridge that served the page carries WebSockets on the same port. */
export function ownAddress(): Address {
  const served = location.protocol.startsWith('http');
  return {
    host: location.hostname || 'localhost',
    port: location.port,
    path: served ? new URL('websockify', location.href).pathname : '/',
    encrypt: location.protocol === 'https:',
    charset: DEFAULT_CHARSET,
  };
}

/** The address in the page's parameters, completed from the page's own. */
export function givenAddress(parameters: URLSearchParams): Address {
  const own = ownAddress();
  const given = (name: string) => parameters.get(name);
  return {
    host: given('host') ?? own.host,
    port: given('port') ?? (parameters.has('host') ? '' : own.port),
    path: given('path') ?? own.path,
    encrypt: isSet(given('encrypt') ?? String(own.encrypt)),
    charset: given('charset') || own.charset,
  };
}

/** The WebSocket's address. A wrong host, port or path makes it invalid. */
export function urlOf({ host, port, path, encrypt }: Address): string {
  const authority = /^[^[]*:.*:/.test(host) ? `[${host}]` : host;
  const slashed = path.replace(/^\/?/, '/');
  return `${encrypt ? 'wss' : 'ws'}://${authority}${port && `:${port}`}${slashed}`;
}

/** Whether an address leads to the page's own server: only there may a link connect without asking. */
export function isOwn(address: Address): boolean {
  const url = urlOf(address);
  return URL.canParse(url) && new URL(url).host === location.host;
}

/** The page parameters for an address: what differs from the page's own. */
export function parametersOf(address: Address): URLSearchParams {
  const own = ownAddress();
  const parameters = new URLSearchParams();
  if (address.host !== own.host || address.port !== own.port) {
    parameters.set('host', address.host);
    if (address.port) parameters.set('port', address.port);
  }
  if (address.path !== own.path) parameters.set('path', address.path);
  if (address.encrypt !== own.encrypt) parameters.set('encrypt', address.encrypt ? '1' : '0');
  if (address.charset !== own.charset) parameters.set('charset', address.charset);
  return parameters;
}

/** The addresses of earlier connections, latest first. */
export function recentAddresses(): Address[] {
  const { list } = load(KEY);
  return Array.isArray(list) ? list.filter(isAddress) : [];
}

export function remember(address: Address): void {
  const others = recentAddresses().filter((one) => nameOf(one) !== nameOf(address));
  save(KEY, { list: [address, ...others].slice(0, RECENT_MAX) });
}

/** An address as the list of recent ones shows it. */
export const nameOf = (address: Address): string =>
  urlOf(address) + (address.charset === DEFAULT_CHARSET ? '' : ` (${address.charset})`);

export const isSet = (value: string | null): boolean =>
  value !== null && /^(1|true|yes|on|)$/i.test(value);

function isAddress(kept: unknown): kept is Address {
  const { encrypt, ...texts } = Object(kept) as Address;
  const { host, port, path, charset } = texts;
  const areTexts = [host, port, path, charset].every((text) => typeof text === 'string');
  return typeof encrypt === 'boolean' && areTexts;
}
