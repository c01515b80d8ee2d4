// @ts-check
// A picture of "How it works": asked for when it comes into view, and again when the stage shows
// another digit.

import { find } from "../shared/dom.js";
import { SAID } from "../shared/server.js";
import { refusalOf, untilAnswered } from "../shared/waiting.js";
import { onShown, shown, tell } from "../stage/shown.js";
import * as churchWindow from "./church_window.js";
import * as defence from "./defence.js";
import * as dimension from "./dimension.js";
import * as directions from "./directions.js";
import * as eightBits from "./eight_bits.js";
import * as linearity from "./linearity.js";

/** @typedef {import("../contract").Series} Series */
/** @typedef {import("../shared/dom.js").View} View */

/**
 * What a picture may use: the cards of all models, and a function that asks the server again, with
 * more fields in the request than those of the stage.
 * @typedef {{ cards: Series[], ask: (more: object) => void }} Tools
 *
 * How a picture is drawn. `make` prepares an empty box, and returns a function that draws an answer
 * of the server into it and returns, in HTML, what is seen.
 * @typedef {{ make: (picture: HTMLElement, tools: Tools) => (answer: any) => string | Promise<string> }} Figure
 */

/** @type {Record<string, Figure>} By the name of the server's function. */
const FIGURES = {
  directions,
  linearity,
  dimension,
  church_window: churchWindow,
  eight_bits: eightBits,
  defence,
};

export function start(/** @type {View} */ { element, props, server }) {
  const { figure, cards } = props.value;
  const ask = /** @type {(request: object) => Promise<object>} */ (server[/** @type {"directions"} */ (figure)]);
  const root = find(element, ".figure");
  root.dataset.figure = figure;
  const caption = find(root, "figcaption");
  let isSeen = false;
  let isAsking = false;
  /** @type {object | null} */
  let drawn = null; // the stage's request that is drawn; null to draw it again
  let more = {};
  const draw = FIGURES[figure].make(find(root, ".picture"), {
    cards,
    ask: (fields) => {
      [more, drawn] = [fields, null];
      look();
    },
  });

  async function look() {
    const { request } = shown;
    if (!isSeen || isAsking || request === drawn) return;
    isAsking = true;
    drawn = request;
    root.ariaBusy = "true";
    try {
      const answer = await untilAnswered(() => ask({ ...request, ...more }));
      const refusal = refusalOf(answer);
      if (refusal !== null) caption.textContent = refusal;
      else caption.innerHTML = await draw(answer);
    } catch (error) {
      console.warn("The picture could not be drawn:", error);
      caption.textContent = `${SAID.silent}; this picture needs an answer.`;
      drawn = null;
      isSeen = false; // try again the next time it comes into view
    } finally {
      isAsking = false;
      root.ariaBusy = "false";
    }
    look(); // the stage may show another digit by now
  }

  new IntersectionObserver((entries) => {
    isSeen = entries[entries.length - 1].isIntersecting;
    look();
  }).observe(root);
  // The one in the middle of the window is looked at; a link remembers it.
  new IntersectionObserver((entries) => {
    if (entries[entries.length - 1].isIntersecting) tell({ figure });
  }, { rootMargin: "-49% 0px -49% 0px" }).observe(root);
  onShown(look);
}
