// @ts-check
// The line between a presentation and its speaker's window. Each presentation has a channel of its own,
// so that two talks on one machine do not disturb each other.

import { openWindow } from "../shared/home.js";
import { channelOf } from "./channel.js";

/** @typedef {import("./channel.js").News} News */

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
    return openWindow("present/speaker.html", this.#id, "popup,width=960,height=720");
  }

  tell() {
    this.#send(this.news());
  }

  #send(/** @type {News} */ news) {
    this.#channel.postMessage({ kind: "news", news });
  }
}
