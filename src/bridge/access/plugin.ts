/**
 * Plug-ins by name: those of this package, and the user's own modules.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { plainMessageOf } from '../base/text.js';
import { within } from './dial.js';

/** How long a plug-in may take to close, in ms. */
const CLOSE_TIMEOUT = 5_000;

/** Shows a plug-in's warning to the operator: one line, without secrets. */
export type Warn = (message: string) => void;

/** Makes a plug-in from the text of its `--...-source` option. */
export type PluginFactory<T> = (source: string, warn: Warn) => T | Promise<T>;

/**
 * Makes the plug-in `name`: one of `known`, or an instance of the class that is the default export of the module at the
 * path `name` (`./my-plugin.js`, relative to the working directory); it must have `method`. Rejects with a RangeError for
 * an unknown name, and with a TypeError for a module without such a class.
 */
export async function openPlugin<T>(
  name: string,
  source: string,
  known: Readonly<Record<string, PluginFactory<T>>>,
  method: keyof T & string,
  warn: Warn = (message) => process.emitWarning(message),
): Promise<T> {
  if (/^(?:\.{0,2}\/|file:)/.test(name)) return openModule(name, source, method);
  const factory = Object.hasOwn(known, name) ? known[name] : undefined;
  if (factory) return factory(source, warn);
  const names = Object.keys(known).join(', ');
  throw new RangeError(
    `Cannot use the plug-in "${name}": expected one of ${names}, or the path of a module`,
  );
}

async function openModule<T>(path: string, source: string, method: keyof T & string): Promise<T> {
  const url = path.startsWith('file:') ? path : pathToFileURL(resolve(path)).href;
  let plugin: T | undefined;
  try {
    const { default: Plugin } = (await import(url)) as { default?: new (source: string) => T };
    plugin = typeof Plugin === 'function' ? new Plugin(source) : undefined;
  } catch (cause) {
    throw new TypeError(`Cannot use the plug-in "${path}": ${plainMessageOf(cause)}`, { cause });
  }
  if (typeof plugin?.[method] !== 'function') {
    throw new TypeError(
      `Cannot use the plug-in "${path}": its default export must be a class with a method ${method}()`,
    );
  }
  return plugin;
}

/** Closes a plug-in. Rejects when it fails or takes longer than 5 s. */
export async function closePlugin(plugin: { close?(): unknown }): Promise<void> {
  const { signal } = new AbortController();
  await within(CLOSE_TIMEOUT, signal, () => plugin.close?.());
}
