"""The page: Gradio, HTML, CSS and JavaScript. All computing is done by `fgsm`."""

import os

# Nothing may leave this machine unasked; Gradio reads this when it is imported.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
