// @ts-check
// Copying text.

/** Copy a text; false if this browser does not allow it. */
export async function copied(/** @type {string} */ text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedTheOldWay(text);
  }
}

/** Over plain http from another machine, and in some frames, browsers know only this way. */
function copiedTheOldWay(/** @type {string} */ text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed"; // so that nothing scrolls
  (document.querySelector("dialog[open]") ?? document.body).append(area); // all else sleeps below a dialog
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return isCopied;
}
