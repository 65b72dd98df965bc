/**
 * Tokens that contain their target, signed (JWS) or signed and then encrypted (nested JWE): RFC 7519.
 */
import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { Address } from '../../base/address.js';
import { readRegularFile } from '../../base/regular-file.js';
import { loadPeer } from '../optional-peer.js';
import { readHostAndPort } from './token-api.js';
import type { TokenSource } from './token-source.js';

/** How far the signer's clock may differ from this machine's, in seconds. */
const CLOCK_TOLERANCE = 5;

interface Keys {
  readonly verify: KeyObject;
  readonly decrypt: KeyObject | undefined;
}

/** JSON Web Tokens with the claims `host` and `port`; `nbf` and `exp` are enforced. Needs the package `jose`. */
export class JWTTokenApi implements TokenSource {
  readonly #jose: typeof import('jose');
  readonly #keys: Keys;

  private constructor(jose: typeof import('jose'), keys: Keys) {
    this.#jose = jose;
    this.#keys = keys;
  }

  /**
   * Takes the path of the key: PEM (a public key, a certificate, or a private key, which also decrypts), or a secret
   * of at least 32 bytes in base64url. Rejects when it is none of these, and when `jose` is not installed.
   */
  static async open(path: string): Promise<JWTTokenApi> {
    const jose = await loadPeer('jose', () => import('jose'), 'JWTTokenApi');
    return new JWTTokenApi(jose, readKeys(path, await readRegularFile(path)));
  }

  async lookup(token: string): Promise<Address | undefined> {
    try {
      const { payload } = await this.#jose.jwtVerify(await this.#open(token), this.#keys.verify, {
        clockTolerance: CLOCK_TOLERANCE,
      });
      return readHostAndPort(payload);
    } catch {
      // Whatever is wrong with the token, the client sent it: the source has not failed.
      return undefined;
    }
  }

  /** Decrypts an encrypted token, which has five parts, to the signed one inside it, which has three. */
  async #open(token: string): Promise<string> {
    const { decrypt } = this.#keys;
    if (!decrypt || token.split('.').length !== 5) return token;
    const { plaintext } = await this.#jose.compactDecrypt(token, decrypt);
    return Buffer.from(plaintext).toString();
  }
}

function readKeys(path: string, text: string): Keys {
  try {
    if (text.includes('-----BEGIN')) {
      const decrypt = text.includes('PRIVATE KEY-----') ? createPrivateKey(text) : undefined;
      return { verify: createPublicKey(text), decrypt };
    }
    const secret = /^[\w-]{43,}=*$/.test(text.trim()) && Buffer.from(text.trim(), 'base64url');
    if (!secret) throw new RangeError('no secret');
    const key = createSecretKey(secret);
    return { verify: key, decrypt: key };
  } catch (cause) {
    const rule = 'expected PEM, or at least 32 bytes in base64url';
    throw new RangeError(`Cannot verify tokens with the key in ${path}: ${rule}`, { cause });
  }
}
