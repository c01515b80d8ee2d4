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
  #values;
  /** The places in `#values` of the values that were taken. */
  #winners;
  /** What it answered last: `(outputs, wide / 2, wide / 2)`. */
  output;

  /**
   * @param {Float32Array} weight `(outputs, inputs, 5, 5)`
   * @param {Float32Array} bias `(outputs,)`
   * @param {number} side of its inputs, in pixels
   */
  constructor(weight, bias, side) {
    const wide = side - KERNEL + 1;
    this.#weight = Float64Array.from(weight);
    this.#bias = Float64Array.from(bias);
    this.#side = side;
    this.#inputs = weight.length / bias.length / KERNEL ** 2;
    this.#tie = EQUAL + negligible(weight, bias.length);
    this.#input = new Float64Array(this.#inputs * side * side);
    this.#values = new Float64Array(bias.length * wide * wide);
    this.output = new Float64Array(this.#values.length / 4);
    this.#winners = new Uint16Array(this.output.length);
  }

  /**
   * `fgsm.model.convolve_and_pool` without gradients: only the maximum matters.
   * @param {ArrayLike<number>} input `(inputs, side, side)`
   */
  largest(input) {
    this.#convolve(input);
    const values = this.#values;
    const bias = this.#bias;
    const output = this.output;
    const wide = this.#side - KERNEL + 1;
    let at = 0; // above left in the window
    for (let out = 0, filter = 0; filter < bias.length; filter++) {
      for (let down = 0; down < wide; down += 2, at += wide) {
        for (let right = 0; right < wide; right += 2, at += 2) {
          const upper = Math.max(values[at], values[at + 1]);
          const lower = Math.max(values[at + wide], values[at + wide + 1]);
          output[out++] = Math.max(upper, lower) + bias[filter];
        }
      }
    }
  }

  /**
   * `fgsm.model.first_of_the_largest`: among values of a window that are practically equal, the
   * first is taken, and gets the gradient.
   * @param {ArrayLike<number>} input `(inputs, side, side)`
   */
  firstOfTheLargest(input) {
    this.#convolve(input);
    const values = this.#values;
    const bias = this.#bias;
    const output = this.output;
    const winners = this.#winners;
    const tie = this.#tie;
    const wide = this.#side - KERNEL + 1;
    let at = 0; // above left in the window
    for (let out = 0, filter = 0; filter < bias.length; filter++) {
      for (let down = 0; down < wide; down += 2, at += wide) {
        for (let right = 0; right < wide; right += 2, at += 2, out++) {
          // Only a lead larger than the tie counts.
          let best = at;
          if (values[at + 1] - values[best] > tie) best = at + 1;
          if (values[at + wide] - values[best] > tie) best = at + wide;
          if (values[at + wide + 1] - values[best] > tie) best = at + wide + 1;
          winners[out] = best;
          output[out] = values[best] + bias[filter];
        }
      }
    }
  }

  /**
   * The convolution without its bias, `(outputs, wide, wide)`, added up kernel row by kernel row.
   *
   * Four neighbours are computed at a time, which halves the time; both widths are multiples of 4.
   * @param {ArrayLike<number>} input
   */
  #convolve(input) {
    const x = this.#input;
    x.set(input);
    const values = this.#values;
    values.fill(0);
    const weight = this.#weight;
    const inputs = this.#inputs;
    const filters = this.#bias.length;
    const side = this.#side;
    const wide = side - KERNEL + 1;
    let k = 0;
    for (let filter = 0; filter < filters; filter++) {
      for (let channel = 0; channel < inputs; channel++) {
        for (let row = 0; row < KERNEL; row++, k += KERNEL) {
          const w0 = weight[k];
          const w1 = weight[k + 1];
          const w2 = weight[k + 2];
          const w3 = weight[k + 3];
          const w4 = weight[k + 4];
          let out = filter * wide * wide;
          for (let down = 0; down < wide; down++) {
            let at = (channel * side + down + row) * side;
            let p0 = x[at];
            let p1 = x[at + 1];
            let p2 = x[at + 2];
            let p3 = x[at + 3];
            for (let right = 0; right < wide; right += 4, out += 4) {
              at += 4;
              const p4 = x[at];
              const p5 = x[at + 1];
              const p6 = x[at + 2];
              const p7 = x[at + 3];
              values[out] += w0 * p0 + w1 * p1 + w2 * p2 + w3 * p3 + w4 * p4;
              values[out + 1] += w0 * p1 + w1 * p2 + w2 * p3 + w3 * p4 + w4 * p5;
              values[out + 2] += w0 * p2 + w1 * p3 + w2 * p4 + w3 * p5 + w4 * p6;
              values[out + 3] += w0 * p3 + w1 * p4 + w2 * p5 + w3 * p6 + w4 * p7;
              p0 = p4;
              p1 = p5;
              p2 = p6;
              p3 = p7;
            }
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
    const weight = this.#weight;
    const winners = this.#winners;
    const inputs = this.#inputs;
    const side = this.#side;
    const wide = side - KERNEL + 1;
    const windows = (wide / 2) ** 2;
    before.fill(0);
    for (let out = 0; out < gradient.length; out++) {
      const g = gradient[out];
      if (g === 0) continue;
      const filter = Math.floor(out / windows);
      const place = winners[out] - filter * wide * wide;
      const corner = Math.floor(place / wide) * side + (place % wide);
      let k = filter * inputs * KERNEL * KERNEL;
      for (let channel = 0; channel < inputs; channel++) {
        let at = channel * side * side + corner;
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
