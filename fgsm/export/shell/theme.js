// @ts-check
// Light or dark, before anything is painted: as the address says, or else as the reader's system, also
// when that changes. A script of its own at the beginning of the page, and no module.

{
  const said = new URLSearchParams(location.search).get("__theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.body.classList.toggle("dark", said === "dark" || (said !== "light" && system.matches));
  system.addEventListener("change", follow);
  follow();
}
