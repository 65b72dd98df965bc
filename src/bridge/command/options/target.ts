/** Options of the command line: where clients are forwarded. */
import type { OptionGroup } from '../option.js';
import { readWrapMode } from '../wrap.js';

export const TARGET: OptionGroup = {
  name: 'target',
  title: 'Target',
  options: [
    {
      name: 'token-plugin',
      value: 'CLASS',
      help: 'where to look up tokens: ReadOnlyTokenFile, TokenFile, TokenFileName, BaseTokenAPI, JSONTokenApi, JWTTokenApi, TokenRedis, UnixDomainSocketDirectory, or your own module (./my-plugin.js)',
      sets: 'access.tokenPlugin',
    },
    {
      name: 'token-source',
      value: 'ARG',
      help: 'what the token plug-in reads: a path, a URL with %s, or host[:port[:db[:password[:namespace]]]]',
      sets: 'access.tokenSource',
      isSecret: true,
    },
    {
      name: 'target-config',
      value: 'FILE',
      help: 'short for --token-plugin TokenFile --token-source FILE',
      sets: 'access.targetConfig',
    },
    {
      name: 'host-token',
      help: 'use the requested host name as the token; allow the names with --allow-host "*.bridge.example"',
      sets: 'access.hostToken',
    },
    {
      name: 'sign-key',
      value: 'FILE',
      help: 'take the target from the URL, signed with the secret in FILE',
      sets: 'access.signKey',
    },
    {
      name: 'sign-once',
      help: 'accept each signature only once',
      sets: 'access.signOnce',
    },
    {
      name: 'allow-network',
      value: 'NETWORK',
      help: 'let tokens, signatures and --relay-v4 lead to this network, such as 10.0.0.0/8 (repeatable; default: anywhere but link-local and metadata addresses)',
      sets: 'access.allowNetworks',
      repeatable: true,
    },
    {
      name: 'allow-port',
      value: 'PORT',
      help: 'let tokens, signatures and --relay-v4 lead to this port or range, FROM-TO (repeatable; default: any, 22 for --relay-v4)',
      sets: 'access.allowPorts',
      repeatable: true,
    },
    {
      name: 'relay-v4',
      help: "act as a relay (corp-relay-v4) for Chrome's Secure Shell, whose user names the host and port: allow these with --allow-network and --allow-port, and the extension with --allow-origin; the target argument is optional",
      sets: 'access.relayV4',
    },
    {
      name: 'unix-target',
      value: 'FILE',
      help: 'connect to the unix socket FILE; replaces the target argument',
      sets: 'target',
      read: (path) => ({ path }),
    },
    {
      name: 'wrap-mode',
      value: 'MODE',
      help: 'with -- COMMAND: when the program ends, exit with its status (the default), ignore that, or respawn it',
      sets: 'wrapMode',
      read: readWrapMode,
    },
    {
      name: 'ssl-target',
      help: 'use TLS to the target and check its certificate',
      sets: 'sslTarget',
    },
    {
      name: 'target-ca',
      value: 'FILE',
      help: "check the target's certificate against the authorities in FILE; implies --ssl-target",
      sets: 'targetTls.ca',
    },
    {
      name: 'target-servername',
      value: 'NAME',
      help: "the name in the target's certificate, if it differs from the target's host; implies --ssl-target",
      sets: 'targetTls.serverName',
    },
  ],
};
