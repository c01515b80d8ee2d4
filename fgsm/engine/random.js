// @ts-check
// PyTorch's random numbers on the CPU: the same seed gives the same numbers, in the same order.

const [SIZE, MIDDLE] = [624, 397];

/**
 * `torch.Generator().manual_seed(seed)`: the Mersenne Twister MT19937.
 *
 * Source: Matsumoto & Nishimura 1998, "Mersenne Twister".
 */
export class Generator {
  #state = new Uint32Array(SIZE);
  #next = SIZE;

  /** @param {number} seed a whole number from 0 to 2^32 - 1 */
  constructor(seed) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const before = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = Math.imul(1812433253, before) + i;
    }
  }

  /** A whole number from 0 to 2^32 - 1. */
  next() {
    if (this.#next === SIZE) this.#renew();
    let bits = this.#state[this.#next++];
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  }

  #renew() {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const bits = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % SIZE] ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

/**
 * `torch.randint(0, 2, (n,))`: n fair coins.
 * @param {Generator} generator
 * @param {number} n
 */
export const randint2 = (generator, n) => Uint8Array.from({ length: n }, () => generator.next() % 2);

/**
 * `torch.randperm(n)`: the numbers from 0 to n - 1 in a random order.
 * @param {Generator} generator
 * @param {number} n
 */
export function randperm(generator, n) {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const other = i + (generator.next() % (n - i));
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}

/**
 * `torch.rand(n)`: n numbers from 0 to 1, 1 excluded, of 24 random bits each.
 * @param {Generator} generator
 * @param {number} n
 */
export const rand = (generator, n) =>
  Float32Array.from({ length: n }, () => (generator.next() % 2 ** 24) / 2 ** 24);
