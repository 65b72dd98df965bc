/**
 * The token sources by name; the names are websockify's.
 */
import { openPlugin, type PluginFactory } from '../plugin.js';
import { JWTTokenApi } from './jwt-token-api.js';
import { BaseTokenAPI, JSONTokenApi } from './token-api.js';
import { TokenFileName, UnixDomainSocketDirectory } from './token-directory.js';
import { ReadOnlyTokenFile, TokenFile } from './token-file.js';
import { hasPassword, TokenRedis } from './token-redis.js';
import type { TokenSource } from './token-source.js';

const SOURCES: Readonly<Record<string, PluginFactory<TokenSource>>> = {
  ReadOnlyTokenFile: ReadOnlyTokenFile.open,
  TokenFile: TokenFile.open,
  TokenFileName: TokenFileName.open,
  BaseTokenAPI: (url) => new BaseTokenAPI(url),
  JSONTokenApi: (url) => new JSONTokenApi(url),
  JWTTokenApi: JWTTokenApi.open,
  TokenRedis: TokenRedis.open,
  UnixDomainSocketDirectory: UnixDomainSocketDirectory.open,
};

/**
 * Opens the token source `plugin` on `source`, as `--token-plugin` and `--token-source` do: `ReadOnlyTokenFile`,
 * `TokenFile`, `TokenFileName`, `UnixDomainSocketDirectory` (a path), `BaseTokenAPI`, `JSONTokenApi` (a URL with `%s`),
 * `JWTTokenApi` (the path of a key; needs `jose`), `TokenRedis` (`host[:port[:db[:password[:namespace]]]]`; needs
 * `redis`), or the path of a module (`./my-plugin.js`) whose default export is a class: `new Plugin(source)` is the
 * TokenSource. Rejects with the reason when the source can't be used. `warn` is called once for each invalid entry that is
 * skipped; default: a process warning.
 */
export function openTokenSource(
  plugin: string,
  source: string,
  { warn }: { readonly warn?: ((message: string) => void) | undefined } = {},
): Promise<TokenSource> {
  return openPlugin(plugin, source, SOURCES, 'lookup', warn);
}

/** Whether the source of the plug-in is a secret or contains one, rather than a path or a URL; that of a module may be one. */
export function isSecretTokenSource(plugin: string, source: string): boolean {
  return plugin === 'TokenRedis' ? hasPassword(source) : !Object.hasOwn(SOURCES, plugin);
}
