// @ts-check
// The dialog that saves a figure: as SVG or PNG, light or dark. It needs the server only for the
// link's QR code; without the server, the code is left away.

import { linkOf, readable } from "../shared/address.js";
import { create, find, findAll } from "../shared/dom.js";
import { saveFile } from "../shared/files.js";
import { hasCode, qrOf } from "../shared/qr.js";
import { inTheme, isDark } from "../shared/theme.js";
import { palette } from "./palette.js";
import { drawnPng } from "./png.js";
import { svgOf } from "./sheet.js";

/** @typedef {import("../contract").Service} Service */
/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./svg.js").Body} Body */

/**
 * @typedef {object} Figure
 * @property {string} name in the list of figures
 * @property {string} title
 * @property {string} caption
 * @property {string} file its name, without an ending
 * @property {(palette: Palette) => Body} draw called while the page has the colours that are wanted
 *
 * @typedef {object} Extra another thing to save
 * @property {string} name
 * @property {(isDark: boolean) => Promise<string | void>} save returns what to say, if not that it is saved
 */

const PNG_WIDTH = 2000; // pixels
const PATIENCE = 2_500; // milliseconds for the code

/** @type {Service["qr"] | null} */
let askQr = null;

/** How the codes of links are asked for; the stage says so. */
export function setQr(/** @type {Service["qr"]} */ ask) {
  askQr = ask;
}

/** The rows of the link's code; null if it is not to be had. */
async function codeOf(/** @type {string} */ link) {
  if (!askQr || !hasCode(link)) return null;
  const late = new Promise((done) => setTimeout(done, PATIENCE, null));
  return Promise.race([qrOf(link, askQr), /** @type {Promise<null>} */ (late)]).catch(() => null);
}

/**
 * Open a dialog over the page; it is gone when it is closed.
 * @param {string} title
 * @param {string} html what is in it, of our own
 */
export function openDialog(title, html) {
  const dialog = create("dialog", "figure-dialog ours");
  dialog.innerHTML = `<header><h2></h2><button type="button" class="close" aria-label="Close">✕</button></header>` +
    `<div class="within">${html}<p class="done" role="status"></p></div>`;
  find(dialog, "h2").textContent = dialog.ariaLabel = title;
  find(dialog, ".close").onclick = () => dialog.close();
  // Keys are for the dialog, not for the stage behind it.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close(); // beside it
  });
  dialog.addEventListener("close", () => dialog.remove());
  find(document, ".gradio-container").append(dialog);
  dialog.showModal();
  return dialog;
}

const HTML = `
  <div class="preview"><img alt=""></div>
  <div class="choices">
    <fieldset class="which"><legend class="unseen">Which figure</legend></fieldset>
    <fieldset class="look"><legend class="unseen">Its colours</legend>
      <label><input type="radio" name="fgsm-look" value="light"> Light</label>
      <label><input type="radio" name="fgsm-look" value="dark"> Dark</label>
    </fieldset>
  </div>
  <div class="files">
    <button type="button" class="svg main">Save SVG</button>
    <button type="button" class="png main">Save PNG</button>
  </div>
  <div class="files extras" hidden></div>`;

/**
 * Offer figures to be saved.
 * @param {Figure[]} figures one, or several to choose from
 * @param {Extra[]} [extras]
 */
export function offer(figures, extras = []) {
  const dialog = openDialog("Save figure", HTML);
  const image = find(dialog, ".preview img", HTMLImageElement);
  const which = find(dialog, ".which");
  const link = readable(linkOf());
  let [chosen, dark] = [0, isDark()];
  /** @type {string[] | null} */
  let code = null;
  const say = (/** @type {string} */ words) => { find(dialog, ".done").textContent = words; };

  const drawn = () => inTheme(dark, () => {
    const colours = palette();
    const { title, caption, draw } = figures[chosen];
    return svgOf({ title, caption, link, code, body: draw(colours) }, colours);
  });
  const show = () => {
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(new Blob([drawn()], { type: "image/svg+xml" }));
    image.alt = `${figures[chosen].title}. ${figures[chosen].caption}`;
    say("");
  };

  which.hidden = figures.length < 2;
  figures.forEach(({ name }, i) => {
    const [label, input] = [create("label"), create("input")];
    Object.assign(input, { type: "radio", name: "fgsm-figure", checked: i === 0 });
    input.onchange = () => {
      chosen = i;
      show();
    };
    label.append(input, name);
    which.append(label);
  });
  for (const input of findAll(dialog, ".look input", HTMLInputElement)) {
    input.checked = (input.value === "dark") === dark;
    input.onchange = () => {
      dark = input.value === "dark";
      show();
    };
  }

  /** @param {string} selector @param {() => Promise<string | void>} save */
  const saving = (selector, save) => {
    find(dialog, selector).onclick = () => work(save);
  };
  /** Do it, and say that it is done, or why not. @param {() => Promise<string | void>} save */
  const work = async (save) => {
    say("One moment …");
    try {
      await coded;
      say((await save()) ?? "Saved.");
    } catch (error) {
      console.warn("The figure could not be saved:", error);
      say(`It could not be saved: ${/** @type {Error} */ (error).message}.`);
    }
  };
  const name = (/** @type {string} */ kind) => `${figures[chosen].file}${dark ? "-dark" : ""}.${kind}`;
  saving(".svg", async () => saveFile(new Blob([drawn()], { type: "image/svg+xml" }), name("svg")));
  saving(".png", async () => saveFile(await drawnPng(drawn(), PNG_WIDTH), name("png")));
  find(dialog, ".extras").hidden = !extras.length;
  for (const { name: words, save } of extras) {
    const button = create("button", "", words);
    button.type = "button";
    button.onclick = () => work(() => save(dark));
    find(dialog, ".extras").append(button);
  }

  show();
  const coded = codeOf(link).then((rows) => {
    code = rows;
    if (rows && dialog.open) show();
  });
  dialog.addEventListener("close", () => URL.revokeObjectURL(image.src));
}
