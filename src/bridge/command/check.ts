/**
 * The output of `--check`.
 */
import { formatAddress } from '../base/address.js';
import { formatSource } from '../base/inherited.js';
import type { Run } from './arguments.js';
import { placesOf } from './listeners.js';
import { OFF, type Setting } from './setting.js';

/** Describes what would be run, and where each option comes from; secrets stay hidden. */
export function describeRun(run: Run): string {
  const { settings, vhosts, listeners, sources, inetd, options, metrics } = run;
  const where = inetd ? 'standard input' : sources.map(formatSource).join(' and ');
  return [
    `Would listen on ${where}, target ${describeTarget(options)}\n`,
    ...(metrics ? [`Would serve metrics at http://${formatSource(metrics)}/metrics\n`] : []),
    describeAll(settings),
    ...listeners.map((own) => `Would apply other rules at ${placesOf(own)}\n${describeAll(own)}`),
    ...vhosts.map((own, index) => {
      const { names = [], ...vhost } = options.vhosts?.[index] ?? {};
      const target = describeTarget({ ...options, ...vhost });
      return `Would serve ${names.join(' and ')}, target ${target}\n${describeAll(own)}`;
    }),
  ].join('');
}

const describeAll = (settings: readonly Setting[]): string =>
  settings.map(describeSetting).join('');

function describeSetting({ option, text, name }: Setting): string {
  const flag = `--${option.name}`;
  if (option.name === 'check' || text === OFF) return '';
  const value = option.value === undefined ? '' : ` ${option.isSecret ? '(hidden)' : text}`;
  return `  ${flag}${value}${name === flag ? '' : `, from ${name}`}\n`;
}

/** Describes the target of a bridge. */
export function describeTarget({ target }: Run['options']): string {
  return typeof target === 'function' ? 'chosen for each connection' : formatAddress(target);
}
