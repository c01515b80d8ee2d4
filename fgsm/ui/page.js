// @ts-check
// The page's components by their modules. Gradio calls `start` when it has built one; a tab is built
// when it is first opened. All modules are loaded with the page.

import * as accuracy from "./all_digits/accuracy.js";
import * as survey from "./all_digits/survey.js";
import { embed } from "./embed/embed.js";
import * as header from "./header/header.js";
import * as figure from "./how/figure.js";
import { prepare } from "./shared/connection.js";
import { create, exists, find } from "./shared/dom.js";
import { fileAt } from "./shared/home.js";
import { guest } from "./shared/host.js";
import { modes } from "./shared/modes.js";
import { server } from "./shared/server.js";
import * as stage from "./stage/stage.js";

/** @typedef {import("./shared/dom.js").View} View */

/** @type {Record<string, { start: (view: View) => void }>} */
const MODULES = {
  "all_digits/accuracy.js": accuracy,
  "all_digits/survey.js": survey,
  "header/header.js": header,
  "how/figure.js": figure,
  "stage/stage.js": stage,
};

/** @type {Promise<unknown>} The style sheet; our own document has it already. */
const dressed = guest ? dress() : Promise.resolve();

/** Bring a component to life. @param {string} module @param {Omit<View, "server">} view */
export async function start(module, view) {
  await dressed;
  // Gradio calls for the header before it has made the last tab, if all scripts are here already.
  await exists("#how-button");
  prepare();
  find(document, ".gradio-container").dataset.hide = modes.hide.join(" ");
  MODULES[module].start({ ...view, server });
  embed();
}

function dress() {
  const sheet = create("link");
  sheet.rel = "stylesheet";
  sheet.href = fileAt("page.css");
  return new Promise((done, failed) => {
    sheet.onload = done;
    sheet.onerror = () => failed(new Error(`${sheet.href} could not be loaded`));
    document.head.append(sheet);
  });
}
