"""The live page in a notebook."""

import functools
import html
import os
from collections.abc import Sequence
from itertools import count
from urllib.parse import urlsplit

import gradio as gr
from gradio.utils import colab_check, ipython_check

from fgsm.service.listing import FIRST, FIRST_EPSILON
from fgsm.ui.launch import launch
from fgsm.ui.link import Image, link
from fgsm.ui.page import page

HEIGHT = 720

# The page says how high it is: docs/embedding.md. Some notebooks run no scripts, or not at once; so
# the frame is found by its name, and has a height of its own until then.
FRAMED = """\
<iframe id="{name}" src="{address}" style="width: 100%; height: {height}px; border: 0"
  title="Fast Gradient Sign Method, live"></iframe>
<script>
  addEventListener("message", ({{ source, data }}) => {{
    const frame = document.getElementById("{name}");
    if (frame && source === frame.contentWindow && data.type === "fgsm:height")
      frame.style.height = `${{data.height}}px`;
  }});
</script>"""

_frames = count()
_page = functools.cache(page)


def show(
    digit: int | str | None = None,
    *,
    image: Image | None = None,
    label: int | None = None,
    epsilon: float = FIRST_EPSILON,
    attack: str = FIRST.attack,
    target: int | None = None,
    model: str = FIRST.model,
    twin: bool = False,
    hide: Sequence[str] = (),
    height: int = HEIGHT,
) -> None:
    """Show the live page, in the output of a notebook's cell; elsewhere, print its address.

    The first call starts a server, which all later ones share, and which ends with the process. On
    Colab it is reached through Colab's own proxy. Where the notebook runs on another machine than
    the browser, and is not Colab, set `GRADIO_SHARE=True`: Gradio then makes a public address.

    Args:
        digit: which digit: see `fgsm.ui.link.link`, and there all that is not said here.
        image: 28 x 28 pixels in [0, 1], white ink on black, instead of a digit.
        height: of the frame, in pixels; where the notebook runs scripts, it becomes as high as the
            page.

    Raises:
        ValueError: something is out of range, or there is no such thing.
    """
    fragment = link(
        digit,
        image=image,
        label=label,
        epsilon=epsilon,
        attack=attack,
        target=target,
        model=model,
        twin=twin,
        hide=hide,
    )
    demo = _served()
    if colab_check():
        from google.colab import output

        port = urlsplit(demo.local_url).port
        output.serve_kernel_port_as_iframe(port, path=f"/?embed#{fragment}", height=str(height))
        return
    home = demo.share_url or demo.local_url
    if not ipython_check():
        print(f"{home}#{fragment}")
        return
    from IPython.display import display

    address = f"{home}?embed#{fragment}"
    name = f"fgsm-{os.getpid()}-{next(_frames)}"
    framed = FRAMED.format(name=name, address=html.escape(address), height=height)
    display({"text/html": framed, "text/plain": address}, raw=True)


def _served() -> gr.Blocks:
    """The page, served; once in a process."""
    demo = _page()
    if not demo.is_running:
        # On Colab, Gradio would make a public address by itself.
        share = os.environ.get("GRADIO_SHARE", "").lower() == "true"
        launch(demo, share=share, inline=False, prevent_thread_lock=True, quiet=True)
    return demo
