// @ts-check
// The layers of the networks, forwards and backwards, for one image at a time. Each writes into
// arrays of its own, so that nothing is allocated while a slider's images are read.

const KERNEL = 5;
/** Values that differ by less count as equal; see `fgsm.model.EQUAL`. */
const EQUAL = 2 ** -22;
/** Smaller weights are the remains of weights that training drove to 0; see `fgsm.model.NEGLIGIBLE`. */
const NEGLIGIBLE = 1e-5;

/** A convolution with kernels of 5 x 5, without padding, and the maximum of each 2 x 2 window of it. */
export class PooledConvolution {
  #weight;
  #bias;
  #side;
  #inputs;
  #tie;
  #input;
  #winners;
  /** What it answered last: `(outputs, half, half)`. */
  output;

  /**
   * @param {Float32Array} weight `(outputs, inputs, 5, 5)`
   * @param {Float32Array} bias `(outputs,)`
   * @param {number} side of its inputs, in pixels
   */
  constructor(weight, bias, side) {
    const half = (side - KERNEL + 1) / 2;
    this.#weight = Float64Array.from(weight);
    this.#bias = Float64Array.from(bias);
    this.#side = side;
    this.#inputs = weight.length / bias.length / KERNEL ** 2;
    this.#tie = EQUAL + negligible(weight, bias.length);
    this.#input = new Float64Array(this.#inputs * side * side);
    this.output = new Float64Array(bias.length * half * half);
    this.#winners = new Uint8Array(this.output.length);
  }

  /**
   * `fgsm.model.convolve_and_pool` without gradients: only the maximum matters.
   * @param {ArrayLike<number>} input `(inputs, side, side)`
   */
  largest(input) {
    this.#slide(input, false);
  }

  /**
   * `fgsm.model.first_of_the_largest`: among values of a window that are practically equal, the
   * first is taken, and gets the gradient.
   * @param {ArrayLike<number>} input `(inputs, side, side)`
   */
  firstOfTheLargest(input) {
    this.#slide(input, true);
  }

  /**
   * The kernel at the four positions of each window, which together see a patch of 6 x 6.
   *
   * Each row of the patch is read once: as the lower row of the upper two positions' kernel row,
   * then as its upper row.
   * @param {ArrayLike<number>} input
   * @param {boolean} isRecorded whether a gradient follows
   */
  #slide(input, isRecorded) {
    const x = this.#input;
    x.set(input);
    const [weight, bias, output, winners] = [this.#weight, this.#bias, this.output, this.#winners];
    const [side, inputs, tie] = [this.#side, this.#inputs, this.#tie];
    const half = (side - KERNEL + 1) / 2;
    let out = 0;
    for (let filter = 0; filter < bias.length; filter++) {
      for (let down = 0; down < half; down++) {
        for (let right = 0; right < half; right++) {
          let [a, b, c, d] = [0, 0, 0, 0]; // above left, above right, below left, below right
          let k = filter * inputs * KERNEL * KERNEL;
          for (let channel = 0; channel < inputs; channel++) {
            let at = (channel * side + 2 * down) * side + 2 * right;
            let [p0, p1, p2, p3, p4, p5] = [x[at], x[at + 1], x[at + 2], x[at + 3], x[at + 4], x[at + 5]];
            for (let row = 0; row < KERNEL; row++) {
              at += side;
              const q0 = x[at];
              const q1 = x[at + 1];
              const q2 = x[at + 2];
              const q3 = x[at + 3];
              const q4 = x[at + 4];
              const q5 = x[at + 5];
              const w0 = weight[k];
              const w1 = weight[k + 1];
              const w2 = weight[k + 2];
              const w3 = weight[k + 3];
              const w4 = weight[k + 4];
              a += w0 * p0 + w1 * p1 + w2 * p2 + w3 * p3 + w4 * p4;
              b += w0 * p1 + w1 * p2 + w2 * p3 + w3 * p4 + w4 * p5;
              c += w0 * q0 + w1 * q1 + w2 * q2 + w3 * q3 + w4 * q4;
              d += w0 * q1 + w1 * q2 + w2 * q3 + w3 * q4 + w4 * q5;
              p0 = q0;
              p1 = q1;
              p2 = q2;
              p3 = q3;
              p4 = q4;
              p5 = q5;
              k += KERNEL;
            }
          }
          if (isRecorded) {
            // Only a lead larger than the tie counts.
            let [best, winner] = [a, 0];
            if (b - best > tie) [best, winner] = [b, 1];
            if (c - best > tie) [best, winner] = [c, 2];
            if (d - best > tie) [best, winner] = [d, 3];
            winners[out] = winner;
            output[out++] = best + bias[filter];
          } else {
            output[out++] = Math.max(a, b, c, d) + bias[filter];
          }
        }
      }
    }
  }

  /**
   * The gradient with respect to the input that `firstOfTheLargest` had last.
   * @param {Float64Array} gradient with respect to the output
   * @param {Float64Array} before is overwritten with the answer
   */
  pullBack(gradient, before) {
    const [weight, winners, side, inputs] = [this.#weight, this.#winners, this.#side, this.#inputs];
    const half = (side - KERNEL + 1) / 2;
    before.fill(0);
    let out = 0;
    for (let filter = 0; filter < this.#bias.length; filter++) {
      for (let down = 0; down < half; down++) {
        for (let right = 0; right < half; right++, out++) {
          const g = gradient[out];
          if (g === 0) continue;
          const top = 2 * down + (winners[out] >> 1);
          const left = 2 * right + (winners[out] & 1);
          let k = filter * inputs * KERNEL * KERNEL;
          for (let channel = 0; channel < inputs; channel++) {
            let at = (channel * side + top) * side + left;
            for (let row = 0; row < KERNEL; row++) {
              before[at] += g * weight[k];
              before[at + 1] += g * weight[k + 1];
              before[at + 2] += g * weight[k + 2];
              before[at + 3] += g * weight[k + 3];
              before[at + 4] += g * weight[k + 4];
              at += side;
              k += KERNEL;
            }
          }
        }
      }
    }
  }
}

/**
 * What the negligible weights of a filter can add up to, at most.
 * @param {Float32Array} weight
 * @param {number} filters how many there are
 */
function negligible(weight, filters) {
  const sums = new Float64Array(filters);
  const size = weight.length / filters;
  weight.forEach((value, i) => {
    if (Math.abs(value) < NEGLIGIBLE) sums[Math.floor(i / size)] += Math.abs(value);
  });
  return Math.max(...sums);
}

/** `torch.nn.Linear`. */
export class Linear {
  #weight;
  #bias;
  /** What it answered last: `(outputs,)`. */
  output;

  /**
   * @param {Float32Array} weight `(outputs, inputs)`
   * @param {Float32Array} bias `(outputs,)`
   */
  constructor(weight, bias) {
    this.#weight = Float64Array.from(weight);
    this.#bias = Float64Array.from(bias);
    this.output = new Float64Array(bias.length);
  }

  /** @param {ArrayLike<number>} input `(inputs,)` */
  apply(input) {
    const [weight, bias, output] = [this.#weight, this.#bias, this.output];
    const size = weight.length / bias.length;
    for (let j = 0, k = 0; j < bias.length; j++) {
      let sum = bias[j];
      for (let i = 0; i < size; i++) sum += weight[k++] * input[i];
      output[j] = sum;
    }
  }

  /**
   * The gradient with respect to the input.
   * @param {ArrayLike<number>} gradient with respect to the output
   * @param {Float64Array} before is overwritten with the answer
   */
  pullBack(gradient, before) {
    const weight = this.#weight;
    before.fill(0);
    for (let j = 0; j < gradient.length; j++) {
      const g = gradient[j];
      if (g === 0) continue;
      for (let i = 0, k = j * before.length; i < before.length; i++) before[i] += g * weight[k++];
    }
  }
}

/** `F.relu`, in place. */
export function relu(/** @type {Float64Array} */ values) {
  for (let i = 0; i < values.length; i++) if (!(values[i] > 0)) values[i] = 0;
}

/**
 * The gradient before `relu`, in place: none where nothing came through.
 * @param {Float64Array} gradient
 * @param {Float64Array} output of `relu`
 */
export function reluPullBack(gradient, output) {
  for (let i = 0; i < gradient.length; i++) if (output[i] === 0) gradient[i] = 0;
}
