// Logits against epsilon, and the straight lines that the gradient foretells.

const charts = {};
picture.classList.add("row", "clipped");

function draw({ label, named, epsilons, charts: all }) {
  for (const column of picture.querySelectorAll(".chart-box")) column.hidden = true;
  for (const { model, logits, first_order: foretold } of all) {
    charts[model] ??= chartIn(picture, NAMES[model]);
    charts[model].element.parentElement.hidden = false;
    const rival = strongest(logits.at(-1), label);
    const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].sort((a, b) => weight(a) - weight(b));
    function weight(digit) { return digit === label ? 2 : digit === rival ? 1 : 0; }
    const style = (digit) => (digit === label ? "strong" : digit === rival ? "lenet" : "thin");
    const isNamed = (digit) => digit === label || digit === rival;
    const line = (values, digit, what, dashes) => ({
      name: isNamed(digit) ? `${digit}, ${what}` : null,
      className: `${style(digit)} ${dashes}`,
      points: epsilons.map((epsilon, i) => [epsilon, values[i][digit]]),
    });
    charts[model].show({
      label: `Logits of ${NAMES[model]} against epsilon from −0.5 to 0.5, with their first-order prediction.`,
      x: { title: "<i>ε</i>", ticks: [-0.5, -0.25, 0, 0.25, 0.5], format: (value) => String(Number(value.toFixed(3))) },
      y: { title: "logit <i>z</i>", ticks: ticksAround(around(logits.flat())), format: String, precise: (value) => value.toFixed(2) },
      marks: [{ x: 0, text: "x" }],
      lines: digits.flatMap((digit) => [
        line(logits, digit, "measured", ""),
        line(foretold, digit, "foretold", `dashed ${isNamed(digit) ? "" : "faint"}`),
      ]),
    });
  }
  return `Solid: measured. Dashed: foretold by the gradient at x. Bold: ${label}, ${named ? "the label" : "which is read in the drawing"}. ` +
    "Orange: the strongest other class at ε = 0.5. Grey: the rest.";
}

/** The range of the measured logits and a little more: lines foretold may leave the chart. */
function around(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const more = 0.15 * (most - least);
  return [least - more, most + more];
}

/** The class with the largest logit, the label aside. */
function strongest(logits, label) {
  const others = logits.map((value, digit) => (digit === label ? -Infinity : value));
  return others.indexOf(Math.max(...others));
}
