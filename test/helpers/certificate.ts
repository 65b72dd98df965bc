/**
 * Certificates for tests.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Makes a key and a certificate for `name` in two files, and returns their paths. The certificate is self-signed, and valid for
 * localhost too, or it is signed by an `issuer` that was made here before. Needs openssl.
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
