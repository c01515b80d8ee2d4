"""Markdown with formulas -> HTML with MathML, which browsers show without any script."""

import re

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

_SPACING = {
    # Names of functions are operators to the converter, and would stand between wide spaces.
    r"<mo>([a-z]+)</mo>": r"<mi>\1</mi>",
    # A minus after an equals sign belongs to what follows; so does nabla, wherever it stands.
    r"(<mo>&#x0003D;</mo>)<mo>(&#x02212;)": r'\1<mo form="prefix">\2',
    "<mo>(&#x02207;)": r'<mo lspace="0" rspace="0">\1',
    # An asterisk above the line multiplies nothing, and the lines of a norm are brackets.
    "<mo>(&#x0002A;|&#x022A4;|&#x02016;)": r'<mo stretchy="false" lspace="0" rspace="0">\1',
}


def html_of(markdown: str) -> str:
    """HTML of Markdown in which formulas stand between one or two dollars."""
    reader = MarkdownIt("commonmark").enable("table")
    reader.use(dollarmath_plugin, renderer=_formula)
    html: str = reader.render(markdown)
    return html


def _formula(latex: str, options: dict[str, bool]) -> str:
    """MathML, spaced as TeX spaces it."""
    mathml: str = convert(latex, display="block" if options["display_mode"] else "inline")
    for pattern, spaced in _SPACING.items():
        mathml = re.sub(pattern, spaced, mathml)
    return mathml
