// @ts-check
// The line between a presentation and its speaker's window. Each presentation has a channel of its own,
// so that two talks on one machine do not disturb each other.

import { fileAt } from "../shared/home.js";

/**
 * What the speaker's window shows.
 * @typedef {object} News
 * @property {string} story its title; empty while none has begun
 * @property {number} number of the step, from 1
 * @property {number} count of all steps
 * @property {string} title
 * @property {string} notes
 * @property {string | null} next the next step's title; null after the last
 * @property {string} seen what the audience sees, in a line
 * @property {number | null} begun when the story began, in milliseconds since 1970
 * @property {boolean} isBlank
 * @property {boolean} isOver whether the presentation has been left
 * @property {string} problem what the speaker should know; empty for nothing
 */

/** The name of a channel. */
export const channelOf = (/** @type {string} */ id) => `fgsm-presentation-${id}`;

export class SpeakerLink {
  #id = [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("");
  #channel = new BroadcastChannel(channelOf(this.#id));

  /**
   * @param {() => News} news
   * @param {(action: string) => void} act called with what the speaker does there
   */
  constructor(news, act) {
    this.news = news;
    this.#channel.onmessage = ({ data }) => {
      if (data?.kind === "hello") this.tell();
      if (data?.kind === "action") act(String(data.action));
    };
    addEventListener("pagehide", () => this.#send({ ...news(), isOver: true }));
  }

  /** Open the window, or bring it to the front; whether the browser allowed it. */
  open() {
    // The window's name tells it the channel.
    return window.open(fileAt("present/speaker.html"), this.#id, "popup,width=960,height=720") !== null;
  }

  tell() {
    this.#send(this.news());
  }

  #send(/** @type {News} */ news) {
    this.#channel.postMessage({ kind: "news", news });
  }
}
