/**
 * Random numbers that a seed reproduces, so that a difference found once can be found again.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A random 32-bit integer, by Tommy Ettinger's mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (z ^ (z >>> 14)) >>> 0;
  }

  /** A random integer from 0 to n - 1. */
  below(n: number): number {
    return Math.floor((this.next() / 2 ** 32) * n);
  }

  /** A random integer from min to max, inclusive. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True once in n times, on average. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

/** A list for {@link Random.pick} that contains each item as many times as its weight. */
export function weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T[] {
  return items.flatMap(([weight, item]) => Array.from({ length: weight }, () => item));
}

/** A seed that most likely has not been used before. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
