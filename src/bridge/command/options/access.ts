/** Options of the command line: who may connect. */
import type { OptionGroup } from '../option.js';
import { readInteger } from '../readers.js';

export const ACCESS: OptionGroup = {
  name: 'access',
  title: 'Who may connect',
  options: [
    {
      name: 'allow-origin',
      value: 'ORIGIN',
      help: "let pages from this origin connect, such as https://app.example (repeatable); otherwise only pages from the bridge's own host and port may",
      sets: 'bridge.allowOrigins',
      repeatable: true,
    },
    {
      name: 'allow-host',
      value: 'NAME',
      help: 'accept requests for this host NAME, or *.NAME (repeatable); localhost and IP addresses are always accepted',
      sets: 'bridge.allowHosts',
      repeatable: true,
    },
    {
      name: 'auth-plugin',
      value: 'CLASS',
      help: 'who may connect: BasicHTTPAuth, ExpectOrigin, ClientCertCNAuth, or your own module (./my-plugin.js)',
      sets: 'access.authPlugin',
    },
    {
      name: 'auth-source',
      value: 'ARG',
      help: 'whom the plug-in lets in: user:password, or a list of origins or common names, separated by spaces or commas',
      sets: 'access.authSource',
      isSecret: true,
    },
    {
      name: 'max-failures',
      value: 'N',
      help: 'refuse an address for a minute after N wrong tokens, signatures or passwords (default 10, 0: never)',
      sets: 'access.maxFailures',
      read: readInteger,
    },
  ],
};
