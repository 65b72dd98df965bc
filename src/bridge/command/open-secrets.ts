/**
 * Warns of files that hold a secret and that every user of the machine can read.
 */
import { stat } from 'node:fs/promises';
import { isSecretAuthSource } from '../access/auth/open-authenticator.js';
import type { Warn } from '../access/plugin.js';
import { isSecretTokenSource } from '../access/targets/open-token-source.js';
import type { Given } from './option.js';
import type { Setting } from './setting.js';

/** The mode bit that lets every user read a file. */
const OTHERS = 0o004;

/** Warns of the files of these settings, of the bridge or a table; `given` are their values. */
export async function warnOfOpenSecrets(
  settings: readonly Setting[],
  { access, tls }: Given,
  warn: Warn,
): Promise<void> {
  const files = settings.filter((each) => isSecret(each, access)).map(({ file }) => file);
  // Without `key` the certificate's file holds it.
  for (const path of new Set([...files, access.signKey, tls.key ?? tls.cert])) {
    if (path !== undefined && (await isOpen(path))) {
      warn(`${path} holds a secret, and every user of this machine can read it: chmod o-r ${path}`);
    }
  }
}

/** Whether the value is a secret itself. What a plug-in's source is depends on the plug-in: often only a path or names. */
function isSecret({ option, text }: Setting, access: Given['access']): boolean {
  const { tokenPlugin = '', authPlugin = '' } = access;
  if (option.sets === 'access.tokenSource') return isSecretTokenSource(tokenPlugin, text);
  if (option.sets === 'access.authSource') return isSecretAuthSource(authPlugin);
  return option.isSecret ?? false;
}

/** Whether every user can read the regular file at this path. */
async function isOpen(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && stats.isFile() && (stats.mode & OTHERS) !== 0;
}
