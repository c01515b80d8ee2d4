"""The page: its theme, and the stage."""

import gradio as gr

from fgsm.ui.stage import stage

SYSTEM_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
SYSTEM_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]

# Fonts of the system, because Gradio's own come over the network.
THEME = gr.themes.Base(
    primary_hue="orange", neutral_hue="zinc", font=SYSTEM_FONTS, font_mono=SYSTEM_MONO
)

# The stage brings its own margins.
CSS = ".gradio-container .app, .gradio-container .html-container { padding: 0 }"


def page() -> gr.Blocks:
    """Everything a visitor sees; launch it with `THEME` and `CSS`."""
    blocks = gr.Blocks(title="Fast Gradient Sign Method", analytics_enabled=False, fill_width=True)
    with blocks:
        stage()
    return blocks
