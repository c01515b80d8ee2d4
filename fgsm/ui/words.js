// Names and numbers as the whole page writes them. Every component's script begins with this file.

const NAMES = { lenet: "LeNet", "lenet-robust": "Robust LeNet", softmax: "Softmax" };

// Epsilons of the page are k / 200 for k = 0 … 100.
const epsilonText = (k) => (k / 200).toFixed(3).replace(/0$/, "");
const indexOf = (epsilon) => Math.round(epsilon * 200);

/** A digit with its article. */
const an = (digit) => (digit === 8 ? "an 8" : `a ${digit}`);

/** A probability for people: never "100 %" of what is not certain. */
function percent(p) {
  if (p > 0.9995) return "> 99.9 %";
  if (p < 0.0005) return "< 0.1 %";
  return `${(100 * p).toFixed(1)} %`;
}
