/**
 * Certificates for tests.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Makes a certificate for localhost and `name`, and its key, in two files; signed by itself, or by the `issuer` that this made.
 * Needs openssl.
 */
export function makeCertificate(
  directory: string,
  name: string,
  issuer?: { readonly cert: string; readonly key: string },
): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)];
  const subject = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${name}`;
  const names = issuer
    ? ['-CA', issuer.cert, '-CAkey', issuer.key]
    : ['-addext', `subjectAltName=DNS:localhost,DNS:${name},IP:127.0.0.1`];
  const args = [...subject.split(' '), ...names, '-keyout', key, '-out', cert];
  execFileSync('openssl', args, { stdio: 'ignore' });
  return { cert, key };
}
