"""Start the demo: `python app.py`, then open the address it prints.

Settings are environment variables: `FGSM_DEVICE` (auto, cuda, mps or cpu), `MNIST_ROOT` (where
the test set is), and Gradio's own, such as `GRADIO_SERVER_NAME` and `GRADIO_SERVER_PORT`.
"""

import os

# Nothing may leave this machine unasked; Gradio reads this when it is imported.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from fgsm.ui.assets import HEAD, ROUTES
from fgsm.ui.page import THEME, page

demo = page()  # the name that Hugging Face Spaces and `gradio app.py` look for

if __name__ == "__main__":
    demo.launch(
        theme=THEME,
        head=HEAD,
        app_kwargs={
            "routes": ROUTES,
            "middleware": [Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)],
        },
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        max_threads=8,  # for downloads and the like; fgsm.ui.compute has a thread of its own
        max_file_size="1kb",  # the page uploads nothing, and nobody else should fill the disk
    )
