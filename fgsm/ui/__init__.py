"""The page: Gradio, HTML, CSS and JavaScript. All computing is done by `fgsm`."""

import os

# Nothing may leave this machine unasked; Gradio reads this when it is imported.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# OpenMP's threads would spin while they wait, and so take the cores from all else that a server
# does, such as sending pages. OpenMP reads this when PyTorch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
