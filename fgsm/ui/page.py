"""The page: its theme, and what is on it."""

import gradio as gr

from fgsm.ui.all_digits import accuracy, survey
from fgsm.ui.header import header
from fgsm.ui.how import paper, steps
from fgsm.ui.programs import endpoints
from fgsm.ui.stage import stage

TITLE = "Fast Gradient Sign Method"
SYSTEM_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
SYSTEM_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]

# System fonts, because Gradio's own come over the network.
THEME = gr.themes.Base(
    primary_hue="orange", neutral_hue="zinc", font=SYSTEM_FONTS, font_mono=SYSTEM_MONO
)

FORMULAS: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]


def page() -> gr.Blocks:
    """Everything a visitor sees; launch it with `THEME`, and with what is in `fgsm.ui.assets`."""
    blocks = gr.Blocks(
        title=TITLE,
        analytics_enabled=False,
        fill_width=True,
    )
    with blocks:
        header().show()
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab("Attack", id="attack", elem_id="attack"):
                stage().show()
            with gr.Tab("Test set", id="test-set", elem_id="test-set"):
                accuracy().show()
                survey().show()
            with gr.Tab("How it works", id="how", elem_id="how"):
                _how_it_works()
        endpoints()
    return blocks


def _how_it_works() -> None:
    """Each step in words, with its picture beside it."""
    for text, figure in steps():
        with gr.Row(elem_classes=["native", "step"]):
            with gr.Column(scale=2, min_width=320):
                gr.Markdown(text, latex_delimiters=FORMULAS)
            with gr.Column(scale=3, min_width=320):
                figure.show()
    gr.Markdown(paper(), latex_delimiters=FORMULAS, elem_classes=["native", "paper"])
