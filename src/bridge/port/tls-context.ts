/**
 * The options of a TLS server. Its files are read and tried one by one, so that an error names the bad one.
 */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { readRegularFileSync } from '../base/regular-file.js';
import { attempt, OptionError } from '../base/option-error.js';

/** A certificate and its private key. Files are PEM. */
export interface CertificateFiles {
  /** The path of the certificate chain. */
  readonly cert: string;
  /** The path of the private key. Default: the file `cert`. */
  readonly key?: string | undefined;
  /** The password of the private key. */
  readonly keyPassword?: string | undefined;
}

/** How a bridge speaks TLS. Files are PEM. */
export interface TlsOptions extends CertificateFiles {
  /** Whether to drop connections without TLS. By default, the same port serves both. */
  readonly only?: boolean | undefined;
  /** Whether to answer plain HTTP requests with a redirect to https; nothing else is served without TLS. */
  readonly redirectHttp?: boolean | undefined;
  /** The oldest TLS version to accept. Default `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** The ciphers, as an OpenSSL cipher list. */
  readonly ciphers?: string | undefined;
  /** Whether clients must present a certificate; implies `only`. */
  readonly verifyClient?: boolean | undefined;
  /** The path of the authorities' certificates, for checking those of clients. Default: the authorities that Node trusts. */
  readonly ca?: string | undefined;
}

/** Reads the files of these options. Throws an OptionError that names the option, the file and what is wrong with it. */
export function readContext(options: TlsOptions): SecureContextOptions {
  const { cert: certFile, key: keyFile = certFile, ca: caFile, ciphers } = options;
  const { keyPassword: passphrase, minVersion = 'TLSv1.2' } = options;
  const cert = read('cert', CERTIFICATE, certFile, (pem) => ({ cert: pem }));
  if (options.key === undefined && lacks(cert, KEY)) {
    const rule = `${certFile} holds no private key`;
    throw new OptionError('tls.key', `Cannot serve TLS without the option key: ${rule}`);
  }
  const owner = keyFile === certFile ? 'cert' : 'key';
  const key = read(owner, KEY, keyFile, (pem) => ({ cert, key: pem, passphrase }));
  const ca = caFile !== undefined && read('ca', AUTHORITIES, caFile, readAuthorities);
  if (ciphers !== undefined) {
    use('ciphers', `the ciphers ${ciphers}`, () => createSecureContext({ ciphers }));
  }
  return { cert, key, passphrase, minVersion, ciphers, ...(ca && { ca }) };
}

/** What is read from a file: its name in messages, and that of its blocks in a PEM file. */
interface Part {
  readonly name: string;
  readonly block: string;
}

const CERTIFICATE: Part = { name: 'the certificate', block: 'certificate' };
const KEY: Part = { name: 'the key', block: 'private key' };
const AUTHORITIES: Part = { name: 'the authorities', block: 'certificate' };

/** Whether this is PEM, but without such a block. */
function lacks(pem: Buffer, { block }: Part): boolean {
  const labels = [...pem.toString('latin1').matchAll(/^-----BEGIN (.+)-----\s*$/gm)];
  return labels.length > 0 && !labels.some(([, label = '']) => label.endsWith(block.toUpperCase()));
}

/** Without this check, anything that is not a certificate would be ignored. */
function readAuthorities(pem: Buffer): SecureContextOptions {
  void new X509Certificate(pem);
  return { ca: pem };
}

function read(
  option: string,
  part: Part,
  file: string,
  make: (pem: Buffer) => SecureContextOptions,
): Buffer {
  return use(option, `${part.name} in ${file}`, () => {
    const pem = readRegularFileSync(file);
    // OpenSSL reports a missing block as a file that is not PEM.
    if (lacks(pem, part)) throw new Error(`the file holds no ${part.block}`);
    createSecureContext(make(pem));
    return pem;
  });
}

function use<T>(option: string, what: string, act: () => T): T {
  return attempt(`tls.${option}`, () => {
    try {
      return act();
    } catch (cause) {
      throw new Error(`Cannot use ${what}: ${reasonOf(cause)}`, { cause });
    }
  });
}

/** The common error codes, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the file does not exist',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ERR_OSSL_PEM_NO_START_LINE: 'expected PEM',
  ERR_OSSL_UNSUPPORTED: 'expected PEM',
  ERR_OSSL_BAD_DECRYPT: 'the password is wrong or missing',
  ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED: 'the password is wrong or missing',
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'it belongs to another certificate',
  ERR_SSL_NO_CIPHER_MATCH: 'no cipher has that name',
};

function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
