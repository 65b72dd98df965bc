/**
 * The authenticators by name; the names are websockify's.
 */
import { openPlugin, type PluginFactory } from '../plugin.js';
import type { Authenticator } from './authenticator.js';
import { BasicHTTPAuth } from './basic-http-auth.js';
import { ClientCertCNAuth } from './client-cert-cn-auth.js';
import { ExpectOrigin } from './expect-origin.js';

const AUTHENTICATORS: Readonly<Record<string, PluginFactory<Authenticator>>> = {
  BasicHTTPAuth: (source) => new BasicHTTPAuth(source),
  ExpectOrigin: (source) => new ExpectOrigin(source),
  ClientCertCNAuth: (source) => new ClientCertCNAuth(source),
};

/**
 * Opens the authenticator `plugin` on `source`, as `--auth-plugin` and `--auth-source` do: `BasicHTTPAuth`
 * (`user:password`), `ExpectOrigin` (origins, separated by spaces), `ClientCertCNAuth` (common names), or the path
 * of a module (`./my-plugin.js`) whose default export is a class: `new Plugin(source)` is the Authenticator. Rejects
 * with the reason when the source can't be used.
 */
export async function openAuthenticator(plugin: string, source: string): Promise<Authenticator> {
  const authenticator = await openPlugin(plugin, source, AUTHENTICATORS, 'authenticate');
  const origins: unknown = authenticator.origins ?? [];
  if (Array.isArray(origins) && origins.every((each) => typeof each === 'string')) {
    return authenticator;
  }
  throw new TypeError(
    `Cannot use the plug-in "${plugin}": its origins must be an array of strings`,
  );
}

/** Whether the source of the plug-in is a secret, rather than a list of names; that of a module may be one. */
export function isSecretAuthSource(plugin: string): boolean {
  return plugin === 'BasicHTTPAuth' || !Object.hasOwn(AUTHENTICATORS, plugin);
}
