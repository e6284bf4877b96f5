/** Numbers from 0 to below 1 that are the same for the same seed: xoshiro128**, seeded by splitmix32. */
export class Random {
  private readonly state: Uint32Array;

  constructor(seed: number) {
    let mixed = seed >>> 0;
    this.state = Uint32Array.from({ length: 4 }, () => {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let word = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
      word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
      return word ^ (word >>> 16);
    });
  }

  uniform(): number {
    return ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  /** From an exponential distribution of mean 1. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  private word(): number {
    let [a, b, c, d] = this.state as unknown as [number, number, number, number];
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    this.state.set([a, b, c, d]);
    return result >>> 0;
  }
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
