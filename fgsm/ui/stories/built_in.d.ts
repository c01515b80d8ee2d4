/** Made by `fgsm.ui.assets` from the stories in this folder when the page is served: their texts by name. */
export const BUILT_IN: Record<string, string>;
