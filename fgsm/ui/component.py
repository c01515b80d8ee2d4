"""A component of our own: a `gr.HTML` whose template and script are files of their own."""

from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from fgsm.ui.assets import BASE

UNLOADED = "This part of the page could not be loaded. Please load the page again."


def component(
    script: str,
    templates: Sequence[Path],
    value: object,
) -> gr.HTML:
    """A component that `start(view)` of a module brings to life; `page.js` imports them all.

    Args:
        script: the module, such as "stage/stage.js". The style sheets of its folder apply within
            the component; `fgsm.ui.assets` says how.
        templates: HTML files, one after the other. They hold no data, as Gradio evaluates them.
        value: what the script finds as `view.props.value`.
    """
    folder = script.partition("/")[0].replace("_", "-")
    return gr.HTML(
        value=value,
        html_template="\n".join(path.read_text("utf-8") for path in templates),
        js_on_load=(
            # As `<gradio-app src="…">` in someone else's document, our files are where `src` says.
            'const src = element.closest("gradio-app[src]")?.getAttribute("src");'
            'const home = src ? src.replace(/[/]*$/, "/") : "";'
            f'import(new URL(home + "{BASE}/page.js", document.baseURI))'
            f'.then(({{ start }}) => start("{script}", {{ element, props, watch }}))'
            f'.catch((error) => {{ console.warn(error); element.textContent = "{UNLOADED}"; }});'
        ),
        elem_classes=f"in-{folder}",
        apply_default_css=False,
    )
