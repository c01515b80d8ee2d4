// Epsilon's controls, the shortcuts, the theme, the other tabs; and the first digit, when all is set.

// ---- epsilon ----

/** The smallest breaking point of the models shown. */
function jump() {
  const points = panels.map(({ stage }) => breakingPoint(stage)).filter((point) => point !== null);
  if (points.length) setEpsilon(indexOf(Math.min(...points)));
}

find("#fgsm-epsilon").addEventListener("input", (event) => setEpsilon(indexOf(event.target.value)));
find(".number").addEventListener("input", (event) => {
  const epsilon = event.target.valueAsNumber;
  if (epsilon >= 0 && epsilon <= 0.5) setEpsilon(indexOf(epsilon));
});
find(".number").addEventListener("change", (event) => {
  event.target.value = epsilonText(view.k); // what was typed may lie between two of the grid
});
find(".down").onclick = () => setEpsilon(view.k - 1);
find(".up").onclick = () => setEpsilon(view.k + 1);
find(".jump").onclick = jump;
addEventListener("resize", () => {
  if (root.checkVisibility()) markBreakingPoints();
});
find(".notice .again").onclick = ask;
find(".notice .close").onclick = () => setNotice(null);
document.addEventListener("keydown", ({ key }) => { if (key === "Escape") setNotice(null); });

const KEYS = {
  b: jump,
  r: () => picker.random(),
  "-": () => setEpsilon(view.k - 1),
  "+": () => setEpsilon(view.k + 1),
};
// Wherever the focus is, as on a fresh page it is nowhere; but only while the stage is to be seen.
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=range], [type=checkbox]), select, textarea");
  if (isTyping || !root.checkVisibility() || event.ctrlKey || event.metaKey || event.altKey) return;
  KEYS[event.key.toLowerCase()]?.();
});

// ---- light and dark ----

new MutationObserver(() => {
  for (const panel of panels) panel.colours = themeColours();
  paint();
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });

// ---- for the other tabs ----

const isCompared = () => compared.key === comparisonKey(answered);

window.fgsmStage = {
  /** What was asked for, at which epsilon, and where each model breaks (null until known). */
  get shown() {
    return { request: answered, k: view.k, points: isCompared() ? compared.answer.breaking_points : null };
  },
  /** Show a digit under an attack, at an epsilon. */
  show(request, k) {
    document.querySelector("#attack-button").click();
    Object.assign(choice, { drawing: null, label: null, target: null }, request);
    if (choice.source !== "drawing") picked = { source: choice.source, index: choice.index };
    if (choice.source === "builtin") picker.reveal(choice.index);
    setEpsilon(k);
    showChoice();
    ask();
  },
};

/** Offer the test digits once they are there: the tab "Test set" can download them. */
async function offerTestDigits() {
  const isHere = settings.hasTestSet || (await server.has_test_set({}).catch(() => false));
  find(".by-number").hidden = !isHere;
}

document.addEventListener("fgsm-test-set", offerTestDigits);
offerTestDigits();

// ---- the first digit came with the page ----

showOptions();
picker.showPicked(first.request.source, first.request.index);
show(first.answer).then(
  () => {
    compared = { key: comparisonKey(first.request), answer: first.comparison };
    showComparison(first.comparison);
    root.dataset.state = "ready";
    performance.mark("fgsm-ready");
  },
  (error) => {
    root.dataset.state = "failed";
    setNotice(`This browser cannot show the pictures: ${error.message}.`);
  },
);
