/** Options of the command line: TLS on the port. */
import type { OptionGroup } from '../option.js';
import { readVersion } from '../readers.js';

export const TLS: OptionGroup = {
  name: 'tls',
  title: 'TLS',
  options: [
    {
      name: 'cert',
      value: 'FILE',
      help: 'serve TLS with the certificate chain in FILE, alongside plain HTTP on the same port; a renewed FILE applies to new connections',
      sets: 'tls.cert',
    },
    {
      name: 'key',
      value: 'FILE',
      help: 'the private key, if it is not in the same file',
      sets: 'tls.key',
    },
    {
      name: 'key-password',
      value: 'TEXT',
      help: 'the password of the private key; other users can see it here, but not in the environment or in --config',
      sets: 'tls.keyPassword',
      isSecret: true,
    },
    {
      name: 'ssl-only',
      help: 'drop connections without TLS',
      sets: 'tls.only',
    },
    {
      name: 'redirect-http',
      help: 'redirect plain HTTP requests to https, and serve nothing else without TLS',
      sets: 'tls.redirectHttp',
    },
    {
      name: 'allow-http-on-https',
      help: 'serve plain HTTP on the TLS port (the default); --redirect-http takes precedence',
      sets: 'allowHttp',
    },
    {
      name: 'ssl-version',
      value: 'VERSION',
      help: 'the oldest TLS version to accept: default (tlsv1_2), tlsv1_1, tlsv1_2 or tlsv1_3',
      sets: 'tls.minVersion',
      read: readVersion,
    },
    {
      name: 'ssl-ciphers',
      value: 'LIST',
      help: 'the ciphers to allow, as an OpenSSL cipher list',
      sets: 'tls.ciphers',
    },
    {
      name: 'verify-client',
      help: 'require a client certificate; implies --ssl-only',
      sets: 'tls.verifyClient',
    },
    {
      name: 'cafile',
      value: 'FILE',
      help: 'check client certificates against the authorities in FILE (default: the well-known ones)',
      sets: 'tls.ca',
    },
  ],
};
