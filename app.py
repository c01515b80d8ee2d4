"""Start the demo: `python app.py`, then open the address it prints.

Settings are environment variables: `FGSM_DEVICE` (auto, cuda, mps or cpu), `MNIST_ROOT` (where
the test set is), and Gradio's own, such as `GRADIO_SERVER_NAME` and `GRADIO_SERVER_PORT`.
"""

from fgsm.ui.launch import launch
from fgsm.ui.page import page

demo = page()  # the name that Hugging Face Spaces and `gradio app.py` look for

if __name__ == "__main__":
    launch(demo)
