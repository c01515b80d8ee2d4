// Choosing: a digit, picked or drawn, and what shall be done to it.

const gradioRoot = window.gradio_config?.root ?? ".";
settings.sprite = `${gradioRoot}/${settings.sprite}`;
let picked = { source: first.request.source, index: first.request.index }; // last, while drawing too
let drawnLabel = null; // what the person says the drawing is

const picker = new Picker(find(".pick"), settings, (source, index) => {
  picked = { source, index };
  choosePicked();
});

function choosePicked() {
  Object.assign(choice, picked, { drawing: null, label: null });
  ask();
}

const pad = new Pad(find(".draw"), {
  begin() { drawnLabel = null; }, // another drawing, another name
  change: chooseDrawing,
  // The stage never shows a drawing that is not on the pad any more.
  empty() {
    if (choice.source !== "drawing") return;
    picker.showPicked(picked.source, picked.index);
    choosePicked();
  },
});

function chooseDrawing() {
  Object.assign(choice, { source: "drawing", index: 0, label: drawnLabel });
  picker.showPicked("drawing", 0);
  ask();
}

const named = find(".named");
for (let digit = 0; digit < 10; digit++) {
  named.append(new Option(digit, digit));
  find(".target select").append(new Option(digit, digit));
}
named.disabled = true;
named.onchange = () => {
  drawnLabel = named.value === "" ? null : Number(named.value);
  chooseDrawing();
};

/** A drawing is attacked at its prediction until someone says what it was. */
function nameTheDrawing(digit) {
  const isDrawing = digit.source === "drawing";
  named.disabled = !isDrawing;
  const guess = panels[0].stage.predictions[0];
  named.options[0].textContent = isDrawing ? `${guess}?` : "?";
  named.value = isDrawing && digit.named ? digit.label : "";
}

function showTab(tab) {
  root.dataset.tab = tab.id === "fgsm-tab-draw" ? "draw" : "pick";
  for (const each of root.querySelectorAll("[role=tab]")) {
    const isChosen = each === tab;
    each.ariaSelected = String(isChosen);
    each.tabIndex = isChosen ? 0 : -1;
    find(`#${each.getAttribute("aria-controls")}`).hidden = !isChosen;
  }
  if (root.dataset.tab === "draw" && !pad.isEmpty && choice.source !== "drawing") chooseDrawing();
  // On a phone the tabs change their place with what they show.
  find(".sources").scrollIntoView({ block: "nearest" });
}

for (const tab of root.querySelectorAll("[role=tab]")) {
  tab.onclick = () => showTab(tab);
  tab.onkeydown = (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tab.nextElementSibling ?? tab.previousElementSibling;
    showTab(other);
    other.focus();
  };
}

function chooseOptions() {
  const method = find(".method").value;
  const target = find(".target select").value;
  Object.assign(choice, {
    method,
    target: method === "targeted" && target !== "" ? Number(target) : null,
    model: find(".model").value,
    twin: find(".twin").checked,
  });
  showOptions();
  ask();
}

function showOptions() {
  find(".target").hidden = choice.method !== "targeted";
  find(".model").disabled = choice.twin;
  find(".explain").textContent = EXPLAIN[choice.method];
}

for (const control of root.querySelectorAll(".options select, .options input"))
  control.addEventListener("change", chooseOptions);
