// The guided tour. Its steps are data, in tour.json: what is said, what is pointed at, what is shown.
//
// A step has a `tab`, or `show` and `epsilon` for the stage; `target` is what is outlined, `open` is something to click, `side` where the words stand.

const { tour } = props.value;
const panel = element.querySelector(".tour");
const starter = element.querySelector(".start-tour");
let step = null; // the number of the step shown; null when there is no tour
let pointedAt = null;

async function go(to) {
  if (to < 0) return;
  if (to >= tour.length) return leave();
  step = to;
  const { title, text, tab, target, show, epsilon, open, side } = tour[step];
  panel.hidden = false;
  panel.dataset.side = side ?? "right";
  panel.querySelector(".count").textContent = `${step + 1} of ${tour.length}`;
  panel.querySelector("h2").textContent = title;
  panel.querySelector("#fgsm-tour-text").textContent = text;
  panel.querySelector(".back").disabled = step === 0;
  panel.querySelector(".next").textContent = step === tour.length - 1 ? "Done" : "Next ›";
  // Where the focus is, it stays, so that Enter goes on in the same direction.
  if (!panel.contains(document.activeElement) || document.activeElement.disabled)
    panel.querySelector(".next").focus({ preventScroll: true });
  if (tab) document.getElementById(`${tab}-button`).click();
  else window.fgsmStage.show(show, indexOf(epsilon));
  if (open) document.querySelector(open).click();
  const found = await appeared(target);
  if (step !== to) return;
  pointTo(found);
}

/** The element, once it is there: a tab is built when it is first opened. */
async function appeared(selector) {
  for (let tries = 0; tries < 100; tries++) {
    const found = document.querySelector(selector);
    if (found?.checkVisibility()) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return null;
}

function pointTo(target) {
  pointedAt?.classList.remove("is-pointed-at");
  pointedAt = target;
  target?.classList.add("is-pointed-at");
  if (!target) return;
  const isTall = target.offsetHeight > innerHeight / 2; // the end of it alone would say little
  target.scrollIntoView({ block: isTall ? "start" : "nearest" });
}

function leave() {
  step = null;
  panel.hidden = true;
  pointTo(null);
  starter.focus({ preventScroll: true });
}

// From one panel to two and back, the stage builds its panels anew.
document.addEventListener("fgsm-shown", () => {
  if (pointedAt && !pointedAt.isConnected) pointTo(document.querySelector(tour[step].target));
});

starter.onclick = () => go(0);
panel.querySelector(".leave").onclick = leave;
panel.querySelector(".back").onclick = () => go(step - 1);
panel.querySelector(".next").onclick = () => go(step + 1);
document.addEventListener("keydown", (event) => {
  if (step === null || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return leave();
  // Where arrow keys have a meaning of their own, they keep it.
  if (event.target.closest("input, select, .thumbnails, .scroll, canvas, [role=tab]")) return;
  if (event.key === "ArrowRight") go(step + 1);
  if (event.key === "ArrowLeft") go(step - 1);
});
