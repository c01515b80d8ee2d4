"""A component of our own: a template and a script that are files of their own, and a value.

`gr.HTML` shows it on the page that Gradio serves; `fgsm.export` writes it into a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from fgsm.ui.assets import BASE

UNLOADED = "This part of the page could not be loaded. Please load the page again."


@dataclass(frozen=True)
class Component:
    """What `start(view)` of a module brings to life; `page.js` imports all modules."""

    script: str
    """The module, such as "stage/stage.js"."""
    templates: Sequence[Path]
    """HTML files, one after the other. They hold no data, as Gradio evaluates them."""
    value: object
    """What the script finds as `view.props.value`."""

    @property
    def html(self) -> str:
        """The templates as one."""
        return "\n".join(path.read_text("utf-8") for path in self.templates)

    @property
    def css_class(self) -> str:
        """What the style sheets of its folder apply within; `fgsm.ui.assets` says how."""
        folder = self.script.partition("/")[0]
        return f"in-{folder.replace('_', '-')}"

    def show(self) -> None:
        """Put it on Gradio's page, where that is being built."""
        gr.HTML(
            value=self.value,
            html_template=self.html,
            js_on_load=(
                # As `<gradio-app src="…">` in someone else's document: our files are at `src`.
                'const src = element.closest("gradio-app[src]")?.getAttribute("src");'
                'const home = src ? src.replace(/[/]*$/, "/") : "";'
                f'import(new URL(home + "{BASE}/page.js", document.baseURI))'
                f'.then(({{ start }}) => start("{self.script}", {{ element, props, watch }}))'
                ".catch((error) => { console.warn(error);"
                f' element.textContent = "{UNLOADED}"; }});'
            ),
            elem_classes=self.css_class,
            apply_default_css=False,
        )
