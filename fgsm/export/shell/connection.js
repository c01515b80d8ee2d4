// @ts-check
// In place of `ui/shared/connection.js`: what answers is in the page, and cannot be lost.

export const TOO_LONG = 2 ** 31 - 1; // milliseconds; whatever takes its time is waited for

export const prepare = () => {};
export const busy = () => {};
export const free = () => {};
export const isUp = async () => true;
export const lost = () => new Promise(() => {});
