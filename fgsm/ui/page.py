"""The page: its theme, and what is on it."""

import gradio as gr

from fgsm.ui.all_digits import all_digits
from fgsm.ui.header import header
from fgsm.ui.how import how_it_works
from fgsm.ui.programs import endpoints
from fgsm.ui.stage import stage

SYSTEM_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
SYSTEM_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]

# System fonts, because Gradio's own come over the network.
THEME = gr.themes.Base(
    primary_hue="orange", neutral_hue="zinc", font=SYSTEM_FONTS, font_mono=SYSTEM_MONO
)


def page() -> gr.Blocks:
    """Everything a visitor sees; launch it with `THEME`, and with what is in `fgsm.ui.assets`."""
    blocks = gr.Blocks(
        title="Fast Gradient Sign Method",
        analytics_enabled=False,
        fill_width=True,
    )
    with blocks:
        header()
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab("Attack", id="attack", elem_id="attack"):
                stage()
            with gr.Tab("Test set", id="test-set", elem_id="test-set"):
                all_digits()
            with gr.Tab("How it works", id="how", elem_id="how"):
                how_it_works()
        endpoints()
    return blocks
