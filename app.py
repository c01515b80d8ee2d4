"""Start the demo: `python app.py`, then open the address it prints.

Settings are environment variables: `FGSM_DEVICE` (auto, cuda, mps or cpu), `MNIST_ROOT` (where
the test set is), Gradio's own, such as `GRADIO_SERVER_NAME` and `GRADIO_SERVER_PORT`, and those in
`fgsm/ui/settings.py`.
"""

from fgsm.ui.start import checked_page, serve

demo = checked_page()  # the name that Hugging Face Spaces and `gradio app.py` look for

if __name__ == "__main__":
    serve(demo)
