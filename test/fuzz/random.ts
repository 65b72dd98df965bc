/**
 * Random numbers that a seed repeats: a difference that was found once is found again.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number of 32 bits: mulberry32, by Tommy Ettinger. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (z ^ (z >>> 14)) >>> 0;
  }

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    return Math.floor((this.next() / 2 ** 32) * n);
  }

  /** A whole number from min to max, either included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True once in n times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

/** A list for {@link Random.pick} in which each item stands as often as its weight says. */
export function weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T[] {
  return items.flatMap(([weight, item]) => Array.from({ length: weight }, () => item));
}

/** A seed that was not used before, most likely. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
