"""Starting the page: how it is served, whoever starts it."""

from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from fgsm.ui import asking, assets
from fgsm.ui.page import THEME


def launch(demo: gr.Blocks, **more: Any) -> None:
    """Serve the page.

    Args:
        demo: what `fgsm.ui.page.page` made.
        more: further arguments of `launch` of Gradio's, such as `prevent_thread_lock`.
    """
    demo.launch(
        theme=THEME,
        head=assets.HEAD,
        app_kwargs={
            "routes": asking.ROUTES + assets.ROUTES,
            "middleware": [Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)],
        },
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        max_threads=8,  # for downloads and the like; fgsm.ui.compute has its own thread
        max_file_size="1kb",  # the page uploads nothing, and nobody else should fill the disk
        **more,
    )
