/**
 * Compares secrets in a time that reveals nothing about them: by their digests under a random key, which an attacker can't
 * influence.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const KEY = randomBytes(32);

/** Whether two secrets are the same. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

/** A map whose keys are secrets. */
export class SecretMap<T> {
  readonly #values = new Map<string, T>();

  constructor(entries: Iterable<readonly [secret: string, value: T]>) {
    for (const [secret, value] of entries)
      this.#values.set(digest(secret).toString('latin1'), value);
  }

  get(secret: string): T | undefined {
    return this.#values.get(digest(secret).toString('latin1'));
  }
}

function digest(text: string): Buffer {
  return createHmac('sha256', KEY).update(text).digest();
}
