"""Markdown with formulas -> HTML with MathML, which browsers show without any script."""

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin


def html_of(markdown: str) -> str:
    """HTML of Markdown in which formulas stand between one or two dollars."""
    reader = MarkdownIt("commonmark").enable("table")
    reader.use(dollarmath_plugin, renderer=_formula)
    html: str = reader.render(markdown)
    return html


def _formula(latex: str, options: dict[str, bool]) -> str:
    mathml: str = convert(latex, display="block" if options["display_mode"] else "inline")
    return mathml
