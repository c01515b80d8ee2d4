"""A component of our own: a `gr.HTML` whose template, style and script are files of their own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from fgsm.ui.compute import computing

WORDS = Path(__file__).with_name("words.js")
"""How the page writes names and numbers: the first script of a component that does."""
FRAMES = Path(__file__).with_name("frames.js")
"""Unpacking and painting pictures, for the components that show some."""
LINES = (Path(__file__).with_name("lines.css"), Path(__file__).with_name("lines.js"))
"""A line chart, for the components that draw one."""


def component(
    files: Sequence[Path],
    value: object,
    server_functions: Sequence[Callable[..., Any]] = (),
) -> gr.HTML:
    """Join files of one kind in their order, since Gradio takes one text of each kind.

    Args:
        files: `.html`, `.css` and `.js`.
        value: what the script finds as `props.value`; never written into the template, which
            Gradio evaluates.
        server_functions: what the script finds as `server.NAME`. Anybody may call them with
            anything. They are called in the thread of `fgsm.ui.compute`.
    """

    def joined(suffix: str) -> str:
        return "\n".join(path.read_text("utf-8") for path in files if path.suffix == suffix)

    return gr.HTML(
        value=value,
        html_template=joined(".html"),
        css_template=joined(".css"),
        js_on_load=joined(".js"),
        server_functions=[computing(function) for function in server_functions],
        apply_default_css=False,
    )
