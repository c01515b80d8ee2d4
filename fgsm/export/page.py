"""The document of a page without a server: what Gradio makes in the browser, as HTML.

Its classes and ids are those of Gradio's page, since style sheets and scripts are the same.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fgsm.export.text import html_of
from fgsm.ui.all_digits import accuracy, survey
from fgsm.ui.assets import FILES
from fgsm.ui.component import Component
from fgsm.ui.header import header
from fgsm.ui.how import paper, steps
from fgsm.ui.page import THEME, TITLE
from fgsm.ui.stage import stage

SHELL = Path(__file__).with_name("shell")
WITHIN = {"hasMnist": False, "mayDownload": False, "place": "in this page"}
"""What a page without a server has of MNIST's test set, whatever there is where it is made."""


def style_sheet() -> str:
    """One sheet: the theme's variables, what Gradio's own sheets do, and the page's."""
    shell = (SHELL / "shell.css").read_text("utf-8")
    theme: str = THEME._get_theme_css()
    return f"{theme}\n{shell}\n{FILES['page.css'].decode()}"


def document(head: str, foot: str, page: object) -> str:
    """The page.

    Args:
        head: HTML for the head: the style sheet, for example.
        foot: HTML for the end of the body: the scripts.
        page: what `shell/home.js` is told of where the page is.
    """
    tabs = {
        "attack": ("Attack", _element(stage(), WITHIN)),
        "test-set": ("Test set", _element(accuracy(), WITHIN) + _element(survey())),
        "how": ("How it works", _how_it_works()),
    }
    return (
        (SHELL / "page.html")
        .read_text("utf-8")
        .format(
            title=TITLE,
            head=head,
            theme=(SHELL / "theme.js").read_text("utf-8"),
            header=_element(header()),
            buttons="\n".join(_button(key, title) for key, (title, _) in tabs.items()),
            panels="\n".join(_panel(key, html) for key, (_, html) in tabs.items()),
            page=_in_script(page),
            foot=foot,
        )
    )


def _in_script(value: object) -> str:
    """JSON that can stand in a script element."""
    return json.dumps(value).replace("<", "\\u003c")


def _element(component: Component, more: Mapping[str, Any] | None = None) -> str:
    """A component, which `main.js` brings to life.

    Args:
        more: what is different in its value.
    """
    value = component.value
    if more is not None:
        assert isinstance(value, dict)
        value = {key: more.get(key, each) for key, each in value.items()}
    return (
        f'<div class="{component.css_class}" data-module="{component.script}">'
        f'<script type="application/json" class="value">{_in_script(value)}</script>\n'
        f"{component.html}</div>"
    )


def _how_it_works() -> str:
    """Each step in words, with its picture beside it."""
    rows = [
        f'<div class="native step"><div class="prose">{html_of(text)}</div>{_element(figure)}</div>'
        for text, figure in steps()
    ]
    return "\n".join(
        [*rows, f'<div class="native paper"><div class="prose">{html_of(paper())}</div></div>']
    )


def _button(key: str, title: str) -> str:
    selected, index = ("true", 0) if key == "attack" else ("false", -1)
    return (
        f'<button type="button" role="tab" id="{key}-button" aria-controls="{key}" '
        f'aria-selected="{selected}" tabindex="{index}">{title}</button>'
    )


def _panel(key: str, html: str) -> str:
    """The first one is shown; the others, as on Gradio's page, are built when they are opened."""
    is_first = key == "attack"
    return (
        f'<div class="tabitem" role="tabpanel" id="{key}" aria-labelledby="{key}-button"'
        f"{'' if is_first else ' hidden'}>\n"
        f"{html if is_first else f'<template>{html}</template>'}</div>"
    )
