// @ts-check
// What a presentation and its speaker's window tell each other, and where.

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
