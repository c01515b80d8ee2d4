// What n random pixels take from the margin of the linear model.

const chart = chartIn(picture, NAMES.softmax);

function draw({ label, named, runner_up: rival, epsilon, margin, slope, enough, sizes, mean, least, most }) {
  const points = (values) => sizes.map((n, i) => [n, values[i]]);
  chart.show({
    label: "Measured fall of the margin against the number of pixels moved: a straight line through the origin.",
    x: { title: "pixels moved, <i>n</i>", ticks: [0, 196, 392, 588, 784], format: String },
    y: { title: "fall of the margin", ticks: ticksAround([0, slope * 784, ...most]), format: String, precise: (value) => value.toFixed(3) },
    lines: [
      { name: "ε · m · n", className: "strong dashed", points: [0, ...sizes].map((n) => [n, slope * n]) },
      { name: "most of 20 draws", className: "thin", points: points(most) },
      { name: "least of 20 draws", className: "thin", points: points(least) },
      { name: "measured, mean of 20 draws", className: "lenet dots", points: points(mean) },
    ],
  });
  const turned = margin <= 0
    ? `It is below 0 from the start: softmax reads ${rival}${named ? "" : " in the drawing"}.`
    : enough === null ? "Not even all 784 use it up." : `On average ${enough} pixels use it up.`;
  return `Softmax at ε = ${epsilon}, unclipped. The margin of ${label} over ${rival}, ${margin.toFixed(2)} at first, ` +
    `loses ${slope.toFixed(5)} with each pixel on average. ${turned}`;
}
