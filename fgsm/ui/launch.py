"""Starting the page: how it is served, whoever starts it."""

import os
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from fgsm.ui import asking, health, programs
from fgsm.ui.assets import HEAD, VERSION
from fgsm.ui.http import PagePolicy, bound_heads, guarding, set_up_logs
from fgsm.ui.kept import Kept
from fgsm.ui.page import THEME
from fgsm.ui.settings import settings


def launch(demo: gr.Blocks, **more: Any) -> None:
    """Serve the page.

    Args:
        demo: what `fgsm.ui.page.page` made.
        more: further arguments of `launch` of Gradio's, such as `prevent_thread_lock`.
    """
    set_up_logs()
    bound_heads()
    # Uvicorn takes a client's address from these proxies only; by default it believes this machine.
    os.environ["FORWARDED_ALLOW_IPS"] = ",".join(settings().proxies)
    # Gradio makes one up at each start; but servers of the same page are to give the same answers.
    demo.app_id = int(VERSION, 16)
    demo.launch(
        theme=THEME,
        head=HEAD,
        app_kwargs={
            "routes": asking.ROUTES + health.ROUTES + programs.ROUTES,
            # What is kept is compressed already; what is computed is compressed here.
            "middleware": [
                Middleware(programs.Unheard),
                Middleware(Kept),
                Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6),
                Middleware(PagePolicy),
            ],
            "lifespan": guarding(demo, settings().mcp),
        },
        footer_links=[],
        mcp_server=programs.mcp(),
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        state_session_capacity=50,  # sessions of Gradio's; nothing of the page is kept in one
        max_threads=8,  # for downloads and the like; fgsm.ui.compute has its own thread
        **more,
    )
