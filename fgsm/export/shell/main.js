// @ts-check
// The page without a server: the same components, brought to life by hand where Gradio would do it.

import { start } from "../../ui/page.js";
import { find, findAll } from "../../ui/shared/dom.js";
import { makeTabs } from "./tabs.js";

/** Bring the components in a part of the page to life, once: a tab when it is opened first. */
function show(/** @type {HTMLElement} */ root) {
  const template = root.querySelector(":scope > template");
  if (template instanceof HTMLTemplateElement) template.replaceWith(template.content);
  for (const element of findAll(root, "[data-module]")) {
    const { module = "" } = element.dataset;
    const script = find(element, "script.value", HTMLScriptElement);
    const value = JSON.parse(script.text);
    script.remove();
    element.removeAttribute("data-module");
    start(module, { element, props: { value }, watch: () => {} });
  }
}

show(find(document, "#header"));
makeTabs(find(document, "#tabs"), show);
show(find(document, "#attack"));
// Where there is a host, all of it is kept, and opens without a network the next time.
if (document.querySelector("link[rel=manifest]") && "serviceWorker" in navigator && isSecureContext)
  navigator.serviceWorker.register("service_worker.js").catch((error) => console.warn("Nothing is kept for later:", error));
