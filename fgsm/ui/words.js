// What every component's script begins with: names and numbers as the whole page writes them, and
// how long the server is waited for.

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

const PATIENCE = 15_000; // milliseconds for an answer before the connection counts as lost

/** The server's answer; an error if none comes, which Gradio may also report as undefined. */
async function inTime(promise, patience = PATIENCE) {
  const late = new Promise((resolve) => setTimeout(resolve, patience));
  const answer = await Promise.race([promise, late]);
  if (!answer) throw new Error("no answer");
  return answer;
}
