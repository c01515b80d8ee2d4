"""Starts the page where there is only the installed package: `python -m fgsm.ui`."""

from fgsm.ui.start import checked_page, serve

if __name__ == "__main__":
    serve(checked_page())
