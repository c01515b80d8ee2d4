import type { Catalogue } from "../contract";

/** Made by `fgsm.ui.assets` from `fgsm.catalogue` when the page is served. */
export const catalogue: Catalogue;
