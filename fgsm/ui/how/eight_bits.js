// What saving in 8 bits leaves of small attacks.

picture.classList.add("row");
const change = chartIn(picture, "What is left of ε");
const sure = chartIn(picture, "Confidence in the label");
const levels = { title: "<i>ε</i>, in levels of 1/255", ticks: [0, 2, 4, 6, 8], format: (value) => String(Number(value.toFixed(2))) };

function draw({ model, label, asked, left, confidence, saved_confidence: saved }) {
  const points = (values) => asked.map((epsilon, i) => [epsilon, values[i]]);
  change.show({
    label: "Largest change of a pixel after saving in 8 bits, against epsilon: a staircase.",
    x: levels,
    y: { title: "largest change, in levels", ticks: [0, 2, 4, 6, 8], format: String, precise: (value) => value.toFixed(1) },
    lines: [
      { name: "computed", className: "strong dashed thin", points: points(asked) },
      { name: "saved", className: "lenet", points: points(left) },
    ],
  });
  sure.show({
    label: `Confidence of ${NAMES[model]} in the label, as computed and after saving.`,
    x: levels,
    y: { title: `probability of ${label}`, ticks: ticksAround([...confidence, ...saved], 1), format: (p) => String(Number((100 * p).toPrecision(6))) + " %", precise: (p) => (100 * p).toFixed(4) + " %" },
    lines: [
      { name: "computed", className: "strong dashed thin", points: points(confidence) },
      { name: "saved", className: "lenet", points: points(saved) },
    ],
  });
  return `${NAMES[model]} on the stage's digit. Dashed: as computed. Orange: after saving, which changes in whole levels only.`;
}
