/** Options of the command line: proxies in front of the bridge, and what the target learns about the client. */
import type { OptionGroup } from '../option.js';
import { readProxyVersion } from '../readers.js';

export const PROXIES: OptionGroup = {
  name: 'proxies',
  title: 'Client addresses',
  options: [
    {
      name: 'trust-proxy',
      value: 'NETWORK',
      help: "read the client's address from the Forwarded or X-Forwarded-For of proxies in this network, such as 10.0.0.0/8, an address, or unix for those on --unix-listen (repeatable; default: none)",
      sets: 'bridge.trustProxies',
      repeatable: true,
    },
    {
      name: 'proxy-protocol',
      help: 'expect a PROXY header, version 1 or 2, from the proxies of --trust-proxy; from anyone else, such a header closes the connection',
      sets: 'bridge.proxyProtocol',
    },
    {
      name: 'send-proxy',
      value: 'VERSION',
      help: 'begin each connection to the target with a PROXY header, v1 or v2',
      sets: 'bridge.sendProxy',
      read: readProxyVersion,
    },
  ],
};
